import Foundation
import TestSupport
import Testing

@Suite("Schedulers")
struct PackagingTests {
  private static let python = ProcessInfo.processInfo.environment["KAPAO_PYTHON"] ?? "python3"
  static let hasSchemas = Media.run(python, ["-c", "import kubernetes_validate"]).status == 0

  @Test(
    "manifests keep to Kubernetes' schemas",
    .enabled(if: hasSchemas, "kubernetes-validate is not installed for KAPAO_PYTHON or python3"))
  func kubernetes() throws {
    let folder = Fixtures.root.appending(path: "packaging/kubernetes")
    let outcome = Media.run(Self.python, [folder.appending(path: "validate.py").path])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    try Media.withFolder { copy in
      let wrong = copy.appending(path: "wrong")
      try FileManager.default.copyItem(at: folder, to: wrong)
      let manifest = wrong.appending(path: "batch.yaml")
      let text = try String(contentsOf: manifest, encoding: .utf8)
      try text.replacing("completions:", with: "completion:").write(to: manifest, atomically: true, encoding: .utf8)
      let refused = Media.run(Self.python, [wrong.appending(path: "validate.py").path])
      #expect(refused.status == 1 && refused.output.contains("batch.yaml"), "\(refused.output)")
    }
  }

  @Test("the options of manifests and job scripts are those that the program has")
  func options() throws {
    let packaging = Fixtures.root.appending(path: "packaging")
    let help =
      ["run", "merge"].map { Program.run("batch", $0, "--help").output } + [Program.run("serve", "--help").output]
    for name in ["batch", "merge", "cameras"] {
      let text = try String(contentsOf: packaging.appending(path: "kubernetes/\(name).yaml"), encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.contains("args: [") })
      for option in line.matches(of: /--[a-z-]+/) {
        #expect(
          help[name == "batch" ? 0 : name == "merge" ? 1 : 2].contains(option.output), "\(name): \(option.output)")
      }
    }
    for script in ["kapao-video-batch.sbatch", "kapao-video-merge.sbatch", "kapao-video-submit.sh"] {
      #expect(Media.run("bash", ["-n", packaging.appending(path: "slurm/\(script)").path]).status == 0)
    }
  }
}
