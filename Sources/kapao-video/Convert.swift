import ArgumentParser
import Export
import Foundation

/// `kapao-video convert`.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns a native CSV of poses into the formats of other programs, without a video or a network.",
    discussion: """
      The .json beside the CSV gives the video's name, frame rate and size and the model's name. Without it the frame \
      rate is that of the rows, and the names are those of the CSV.

      EXAMPLES:
        kapao-video convert poses.csv --to trc -o walk.trc
        kapao-video convert poses.csv --export mot=walk.txt --export trc=walk.trc

      \(ExportOptions.formats)
      """)

  @Argument(help: "Native CSV to read, - for standard input.")
  var input: String

  @Option(help: "Format of the output that -o names.")
  var to: ExportFormat?

  @Option(name: .shortAndLong, help: "File or folder to write in that format, - for standard output.")
  var output: String?

  @OptionGroup(title: "Poses") var exports: ExportOptions

  @Option(help: "Description of the run. Default: the .json beside the CSV.")
  var description: String?

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    guard (to == nil) == (output == nil) else { throw ValidationError("--to and -o go together.") }
    guard !targets.isEmpty else { throw ValidationError("name an output with --to and -o, or with --export.") }
    try OutputCheck(
      input: input, description: description ?? RunDescription.existingPath(beside: input), exports: targets
    ).validate()
  }

  func run() throws {
    let conversion = try PoseConversion(input: input, description: description)
    let signals = InterruptHandler()
    defer { signals.cancel() }
    let result = try conversion.write(targets) { signals.isInterrupted }
    if !quiet { report(result, of: conversion) }
    if result.wasInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }

  private func report(_ result: PoseConversion.Result, of conversion: PoseConversion) {
    var lines = conversion.notes.map { "Note: \($0)" }
    let vague = targets.map(\.format).filter(\.needsTracks).map(\.rawValue)
    if conversion.isUntracked, !vague.isEmpty {
      lines.append("Note: nobody in \(input) has a track; \(vague.joined(separator: ", ")) cannot tell who is who")
    }
    lines.append("\(result.frames.counted("frame")), \(result.people.counted("pose"))")
    lines += result.outputs.filter { $0 != "-" }.map { "Wrote \($0)" }
    if result.wasInterrupted { lines.append("Interrupted: what is written ends there.") }
    StandardError.print(lines.joined(separator: "\n"))
  }

  private var targets: [ExportTarget] {
    guard let to, let output else { return exports.targets }
    return [ExportTarget(to, path: output)] + exports.targets
  }
}
