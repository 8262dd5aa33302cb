import Foundation
import Support

/// A model as an ONNX file, for other runtimes.
///
/// Input: `images` (batch, 3, height, width), red, green, blue, 0…1, letterboxed; sides are multiples of 64. Output, decoded:
/// `predictions` (batch, prediction, 6 + 3K) in the order grid, anchor, row, column: centre x and y, width, height,
/// objectness, K + 1 class scores, K keypoints, in pixels of the input, before any suppression. Raw: `raw8` to `raw64`
/// (batch, 3 · (6 + 3K), rows, columns), the outputs before the sigmoid. All in single precision.
package struct ONNXExport: Sendable {
  /// Fixed size of the input; `nil` leaves height and width to the user of the file.
  package var inputSize: ImageSize?
  /// Fixed number of images; `nil` leaves it to the user of the file.
  package var batch: Int? = 1
  /// Whether weights, and what is computed with them, are in half precision.
  package var isHalf = false
  /// Whether the outputs are decoded.
  package var isDecoded = true

  /// An export with the usual settings.
  package init() {}

  /// The file's bytes.
  package func encoded(_ model: Model) throws -> [UInt8] {
    var builder = ONNXNetwork(model: model, export: self)
    return builder.graph(metadata: try metadata(model))
  }

  /// A file of one node, which tells whether a runtime can compute at all on a device.
  package static let probe: [UInt8] = {
    var onnx = ONNXGraph(name: "probe", isHalf: false)
    onnx.declareInput("x", [.fixed(1)])
    onnx.declareOutput("y", [.fixed(1)])
    _ = onnx.add("Relu", ["x"], output: "y")
    return onnx.encoded(metadata: [])
  }()

  /// Writes the file under a temporary name and renames it when it is complete.
  ///
  /// - Throws: `OutputError`.
  package func write(_ model: Model, to path: String) throws { try AtomicFile.write(encoded(model), to: path) }

  private func metadata(_ model: Model) throws -> [(String, String)] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    func json(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
    let preset = model.preset ?? .demo
    let thresholds = preset.thresholds
    var entries = [
      ("name", model.name),
      ("architecture", try json(model.architecture)),
      ("strides", try json(Architecture.strides)),
      ("preset", preset.rawValue),
      (
        "thresholds",
        try json([
          "pose_confidence": thresholds.poseConfidence, "pose_overlap": thresholds.poseOverlap,
          "keypoint_confidence": thresholds.keypointConfidence, "keypoint_overlap": thresholds.keypointOverlap,
          "fusion_confidence": thresholds.fusionConfidence, "fusion_distance": thresholds.fusionDistance,
        ])
      ),
    ]
    if let skeleton = model.architecture.skeleton {
      entries.append(("keypoints", try json(skeleton.keypointNames)))
      entries.append(("limbs", try json(skeleton.limbs.map { [$0.from, $0.to] })))
      entries.append(("flipped", try json(skeleton.flipped)))
    }
    if let licence = model.licence { entries.append(("licence", licence)) }
    return entries
  }
}
