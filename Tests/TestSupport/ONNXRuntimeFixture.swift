import Foundation

/// ONNX Runtime, where it is installed, and libraries that only pass for it.
public enum ONNXRuntimeFixture {
  /// The library that is named by KAPAO_ONNXRUNTIME or comes with the package for KAPAO_PYTHON or python3; `nil` where
  /// there is none.
  public static let library: String? = {
    let environment = ProcessInfo.processInfo.environment
    let folder =
      environment["KAPAO_ONNXRUNTIME"]
      ?? {
        let script = "import onnxruntime, os; print(os.path.dirname(onnxruntime.__file__))"
        let result = Media.run(environment["KAPAO_PYTHON"] ?? "python3", ["-c", script])
        return result.status == 0 ? result.output.trimmingCharacters(in: .whitespacesAndNewlines) + "/capi" : nil
      }()
    guard let folder, FileManager.default.fileExists(atPath: folder) else { return nil }
    if !folder.hasSuffix("/capi") { return folder }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("libonnxruntime.so") }.max().map { "\(folder)/\($0)" }
  }()

  /// Compiles a library from `library.c`.
  ///
  /// - Parameter definitions: What is wrong with it.
  /// - Returns: Its path.
  public static func fake(in folder: URL, _ definitions: String...) -> String {
    let path = folder.appending(path: "libonnxruntime.so").path
    let include = Fixtures.root.appending(path: "Sources/COnnxRuntime/include").path
    var all = definitions
    if !all.contains(where: { $0.hasPrefix("VERSION") }) { all.append("VERSION=\"1.\(version)\"") }
    let result = Media.run(
      "gcc",
      ["-shared", "-fPIC", "-I", include, "-o", path, Fixtures.path("onnx/library.c")] + all.map { "-D\($0)" })
    precondition(result.status == 0, result.errors)
    return path
  }

  /// A definition for `fake`: it has the functions of the library that is installed.
  public static var real: String { "REAL=\"\(library ?? "")\"" }

  /// What the library that is installed calls itself, without the first number.
  private static let version: String = {
    let name = library.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().lastPathComponent } ?? ""
    return name.components(separatedBy: ".so.1.").dropFirst().first ?? "20.0"
  }()
}
