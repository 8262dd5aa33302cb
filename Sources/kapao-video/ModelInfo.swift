import ArgumentParser
import Foundation
import Kapao
import Pipeline
import VideoIO

/// `kapao-video model info`.
struct ModelInfo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Shows a model's architecture, size, cost, licence and checksum.",
    discussion: """
      EXAMPLES:
        kapao-video model info
        kapao-video model info kapao_s_coco.pt --width 1024 --height 576
      """)

  @Argument(help: "Model file. Default: the model that annotate uses by default.")
  var model: String?

  @Option(help: "Width of the input in pixels for which the cost is given.")
  var width = 640

  @Option(help: "Height of the input in pixels for which the cost is given.")
  var height = 384

  func validate() throws {
    try NetworkOptions.check("--width", width)
    try NetworkOptions.check("--height", height)
  }

  func run() throws {
    var settings = AnalysisSettings()
    settings.detection.model = model
    let path = try settings.modelPath()
    let model = try Model.load(path)
    let architecture = model.architecture
    let operations = architecture.definition.operations(at: ImageSize(width: width, height: height))
    let anchors = architecture.anchors.map { grid in
      grid.map { "\(format($0.width))x\(format($0.height))" }.joined(separator: " ")
    }
    let rows = [
      ("name", model.name),
      (
        "architecture",
        "\(architecture.name) (width \(architecture.widthMultiple), depth \(architecture.depthMultiple))"
      ),
      ("keypoints", "\(architecture.keypointCount)" + (architecture.skeleton.map { " (\($0.name))" } ?? "")),
      ("parameters", String(format: "%.3f million", Double(architecture.definition.parameters) / 1e6)),
      ("cost", String(format: "%.1f GFLOP at %dx%d", Double(operations) / 1e9, width, height)),
      ("arithmetic", model.isCalibrated ? "calibrated: int8 by default, or fp32" : "fp32"),
      ("anchors", anchors.joined(separator: " | ")),
      ("preset", (model.preset ?? .demo).rawValue),
      ("licence", model.licence ?? "not stated"),
      ("sha256", try FileDigest.sha256(ofFile: path)),
      ("file", path),
    ]
    for (name, value) in rows { print(name.padding(toLength: 14, withPad: " ", startingAt: 0) + value) }
  }

  private func format(_ value: Float) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
