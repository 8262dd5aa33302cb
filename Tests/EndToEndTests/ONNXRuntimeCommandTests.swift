import Foundation
import TestSupport
import Testing

@Suite("Commands with ONNX Runtime")
struct ONNXRuntimeCommandTests {
  private static let isInstalled = ONNXRuntimeFixture.library != nil
  private static let absent: Comment = "onnxruntime is not installed for KAPAO_PYTHON or python3"
  private static let sample = Fixtures.root.appending(path: "Samples/campus.mp4").path
  private static let clips =
    [sample]
    + ["boxing_two_640x480.mp4", "tennis_davis_854x480.mp4", "one_by_one_768x432.mp4"].compactMap {
      Fixtures.shared("videos/\($0)")
    }

  /// The rows of a CSV by frame and person, without the header.
  private func rows(_ path: String) throws -> [[String]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private func header(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).prefix { $0 != "\n" }.split(separator: ",").map(String.init)
  }

  @Test(
    "find the same people as oneDNN, keypoints within half a pixel", .enabled(if: isInstalled, absent),
    arguments: clips)
  func agree(clip: String) throws {
    try Media.withFolder { folder in
      func poses(_ options: [String]) throws -> String {
        let csv = folder.appending(path: "\(options.last!).csv").path
        let outcome = Program.run(
          ["annotate", clip, "--csv", csv, "--end", "1.5", "--precision", "fp32", "--quiet"] + options)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return csv
      }
      let expected = try poses(["--backend", "onednn"])
      let found = try poses(["--onnxruntime", ONNXRuntimeFixture.library!, "--device", "cpu"])
      let names = try header(expected)
      #expect(try header(found) == names)
      let places = names.indices.filter { names[$0].hasSuffix("_x") || names[$0].hasSuffix("_y") }
      #expect(places.count >= 34)
      let (a, b) = (try rows(expected), try rows(found))
      #expect(a.count == b.count && a.count > 5)
      for (x, y) in zip(a, b) {
        // Frame, time and who it is.
        #expect(x.prefix(4) == y.prefix(4))
        for place in places {
          guard let one = Double(x[place]), let other = Double(y[place]) else {
            #expect(x[place] == y[place])
            continue
          }
          #expect(abs(one - other) <= 0.5, "\(names[place]) in \(x[0]): \(one), \(other)")
        }
      }
    }
  }

  @Test(
    "without the library, or with one that cannot be used, end with exit code 3 and one line",
    arguments: [
      ["annotate", sample, "--csv", "-", "--onnxruntime", "/nowhere/libonnxruntime.so"],
      ["export", sample, "--format", "coco", "-o", "-", "--onnxruntime", "/nowhere"],
      ["stream", "lavfi:testsrc2", "--csv", "-", "--onnxruntime", "/nowhere"],
      ["annotate", sample, "--csv", "-", "--onnxruntime", "/etc/hostname", "--device", "cuda"],
    ])
  func noLibrary(arguments: [String]) {
    let outcome = Program.run(arguments)
    #expect(outcome.status == 3)
    #expect(
      outcome.errors.hasPrefix("kapao-video: cannot use \(arguments[arguments.firstIndex(of: "--onnxruntime")! + 1]): ")
    )
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }

  @Test(
    "a device without a library for it, or that is missing, ends with exit code 3", .enabled(if: isInstalled, absent))
  func noDevice() {
    let outcome = Program.run(
      "annotate", Self.sample, "--csv", "-", "--onnxruntime", ONNXRuntimeFixture.library!, "--device", "cuda")
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("was built without cuda; it has: cpu"))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }

  @Test("options for ONNX Runtime with another backend are a wrong use")
  func otherBackend() {
    let outcome = Program.run("annotate", Self.sample, "--csv", "-", "--backend", "onednn", "--device", "cuda")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--device needs --backend onnxruntime."), "\(outcome.errors)")
  }

  @Test(
    "a device that fails on the way ends the run with exit code 4, or oneDNN goes on", .enabled(if: isInstalled, absent)
  )
  func failingDevice() throws {
    try Media.withFolder { folder in
      let library = ONNXRuntimeFixture.fake(in: folder, ONNXRuntimeFixture.real, "FAIL_RUN=9")
      let csv = folder.appending(path: "poses.csv").path
      let options =
        ["annotate", Self.sample, "--csv", csv, "--end", "2", "--device", "cpu", "--onnxruntime", library]
        + Program.quickModel
      let failed = Program.run(options + ["--quiet"])
      #expect(failed.status == 4)
      #expect(failed.errors.contains("the device failed: ONNX Runtime: the device is lost"), "\(failed.errors)")
      let saved = Program.run(options + ["--quiet", "--device-fallback"])
      #expect(saved.status == 0)
      #expect(saved.errors.contains("going on with oneDNN"), "\(saved.errors)")
      let missing = Program.run(
        [
          "annotate", Self.sample, "--csv", csv, "--end", "1", "--onnxruntime", "/nowhere", "--device-fallback",
          "--quiet",
        ]
          + Program.quickModel)
      #expect(missing.status == 0)
      #expect(missing.errors.contains("cannot use /nowhere"), "\(missing.errors)")
    }
  }
}
