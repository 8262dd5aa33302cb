import ArgumentParser
import Export

/// `kapao-video export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes the poses of everyone in a video in the formats of other programs, without making a video.",
    discussion: """
      EXAMPLES:
        kapao-video export match.mp4 --format coco -o coco.json
        kapao-video export match.mp4 --format ndjson -o - | jq '.people | length'
        kapao-video export match.mp4 --export csv=poses.csv --export openpose=json
        kapao-video export match.mp4 --csv poses.csv --report report.html

      \(ExportOptions.formats)
      """)

  @Argument(help: "Video to read: a file, a URL, or pictures (several, a folder, 'shots/*.jpg', frame_%04d.png).")
  var inputs: [String]

  @Option(name: .shortAndLong, help: "Format of the output that -o names.")
  var format: ExportFormat?

  @Option(name: .shortAndLong, help: "File or folder to write in that format, - for standard output.")
  var output: String?

  @OptionGroup(title: "Poses") var exports: ExportOptions
  @OptionGroup var analysis: AnalysisOptions

  func validate() throws {
    guard (format == nil) == (output == nil) else { throw ValidationError("--format and -o go together.") }
    guard try !targets.isEmpty || analysis.measurement.isWanted() else {
      throw ValidationError(
        "name an output with --format and -o, --csv or --export, or one of what is measured, as --report.")
    }
    try analysis.check(inputs: inputs, exports: targets)
  }

  func run() throws {
    try InputOptions.check(inputs)
    try analysis.run(inputs, analysis.settings()) { $0.exports = targets }
  }

  private var targets: [ExportTarget] {
    guard let format, let output else { return exports.targets }
    return [ExportTarget(format, path: output)] + exports.targets
  }
}
