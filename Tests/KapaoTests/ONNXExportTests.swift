import Foundation
import Kapao
import TestSupport
import Testing

@Suite("Models as ONNX")
struct ONNXExportTests {
  private static let python = ProcessInfo.processInfo.environment["KAPAO_PYTHON"] ?? "python3"
  private static let script = Fixtures.path("onnx/run.py")
  private static let hasRuntime = Media.run(python, [script]).status == 0

  private struct Outcome: Decodable {
    let metadata: [String: String]
    let differences: [String: Double?]
  }

  /// Exports a reference network, has ONNX's checker look at it, and runs it on the stored image.
  private func run(_ name: String, _ export: ONNXExport) throws -> Outcome {
    try Media.withFolder { folder in
      let file = folder.appending(path: "model.onnx").path
      try export.write(try Model.load(Fixtures.path("reference/\(name).pt")), to: file)
      let stored = Fixtures.path("reference/\(name).io.safetensors")
      let result = Media.run(Self.python, [Self.script, file, stored, stored])
      #expect(result.status == 0, "\(result.errors)")
      return try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
    }
  }

  /// The size of the stored image.
  private func size(_ name: String) throws -> ImageSize {
    let file = try Safetensors(contentsOf: Fixtures.path("reference/\(name).io.safetensors"))
    let shape = file.entries["input_u8_bgr_hwc"]!.shape
    return ImageSize(width: shape[1], height: shape[0])
  }

  @Test(
    "compute in ONNX Runtime what the official code computed, decoded and raw, for fixed and for any sizes",
    .enabled(if: hasRuntime, "onnx or onnxruntime is not installed for KAPAO_PYTHON or python3"),
    arguments: ["kapao_tiny_coco_random", "kapao_tiny_crowdpose_random"], [false, true])
  func agree(name: String, isFixed: Bool) throws {
    var export = ONNXExport()
    export.inputSize = isFixed ? try size(name) : nil
    export.batch = isFixed ? 1 : nil
    let decoded = try run(name, export)
    #expect(decoded.differences.count == 1)
    #expect(try #require(decoded.differences["predictions"] ?? nil) < 0.05)
    export.isDecoded = false
    let raw = try run(name, export)
    #expect(Set(raw.differences.keys) == ["raw8", "raw16", "raw32", "raw64"])
    for difference in raw.differences.values { #expect(try #require(difference) < 1e-3) }
  }

  @Test(
    "compute nearly the same in half precision, and say what they are",
    .enabled(if: hasRuntime, "onnx or onnxruntime is not installed for KAPAO_PYTHON or python3"))
  func half() throws {
    var export = ONNXExport()
    export.isHalf = true
    export.isDecoded = false
    let outcome = try run("kapao_tiny_coco_random", export)
    for difference in outcome.differences.values {
      let difference = try #require(difference)
      #expect(difference > 1e-4 && difference < 0.1)
    }
    #expect(outcome.metadata["flipped"] == "[0,2,1,4,3,6,5,8,7,10,9,12,11,14,13,16,15]")
    #expect(outcome.metadata["keypoints"]?.contains("left_wrist") == true)
    #expect(outcome.metadata["strides"] == "[8,16,32,64]")
    #expect(outcome.metadata["architecture"]?.contains("anchors") == true)
    #expect(outcome.metadata["thresholds"]?.contains("fusion_distance") == true)
  }
}
