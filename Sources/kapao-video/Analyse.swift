import ArgumentParser
import Export
import Foundation

/// `kapao-video analyse`.
struct Analyse: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Turns stored poses into angles, positions on the court, distances and a report, without a video or a network.",
    discussion: """
      EXAMPLES:
        kapao-video analyse poses.csv --angles angles.csv --report report.html
        kapao-video analyse poses.csv --mot squat.mot --repetitions "right knee"
        kapao-video analyse poses.csv --court court.json --movement movement.csv
        kapao-video analyse poses.csv --people-file who.yaml --report report.html

      Files and units: docs/analysis.md.
      """)

  @Argument(help: "Native CSV of poses, - for standard input.")
  var input: String

  @Option(help: "The video: pictures in the report, and colours of clothes for --relink.") var video: String?

  @OptionGroup(title: "Court and side") var camera: CameraOptions
  @OptionGroup(title: "Measuring") var measurement: MeasurementOptions
  @Flag(name: .shortAndLong, help: "Print nothing but errors.") var quiet = false

  func validate() throws {
    try measurement.check(
      camera, inputs: [input] + [video].compactMap { $0 }, description: RunDescription.existingPath(beside: input))
  }

  func run() throws {
    let settings = try measurement.settings(camera)
    if input == "-", settings.readsTwice {
      throw ValidationError(
        "people who are chosen by what they do, and --relink, need to read the poses twice; standard input can be read once."
      )
    }
    InterruptHandler.shared.onInterrupt {}
    let wasInterrupted = try measurement.analyse(input, settings: settings, video: video, quiet: quiet) {
      InterruptHandler.shared.isInterrupted
    }
    if wasInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }
}
