import ArgumentParser
import Export
import Foundation
import Pipeline
import Support

/// `kapao-video convert`.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Turns a native CSV of poses into the formats of other programs, tracked, smoothed and thinned out anew if wanted; without a video or a network.",
    discussion: """
      The .json beside the CSV gives the video's name, frame rate and size and the model's name. Without it the frame \
      rate is that of the rows, and the names are those of the CSV. Identities stay as they are without --tracker.

      EXAMPLES:
        kapao-video convert poses.csv --to trc -o walk.trc
        kapao-video convert poses.csv --export motchallenge=w.txt --export trc=w.trc
        kapao-video convert poses.csv --tracker players --people 2 --to csv -o p.csv

      \(ExportOptions.formats)
      """)

  @Argument(help: "Native CSV to read, - for standard input.")
  var input: String

  @Option(help: "Format of the output that -o names.")
  var to: ExportFormat?

  @Option(name: .shortAndLong, help: "File or folder to write in that format, - for standard output.")
  var output: String?

  @OptionGroup(title: "Poses") var exports: ExportOptions
  @OptionGroup(title: "Tracking and smoothing") var tracking: TrackingOptions

  @Option(
    help:
      "Score that a person must have to begin a track, with --tracker; weaker ones may carry one on. Default: that of the CSV's run, or 0."
  )
  var poseConfidence: Float?

  @Option(help: ArgumentHelp("Keep every N-th frame only, after smoothing.", valueName: "n"))
  var thin = 1

  @Option(help: "Description of the run. Default: the .json beside the CSV.")
  var description: String?

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    guard (to == nil) == (output == nil) else { throw ValidationError("--to and -o go together.") }
    guard !targets.isEmpty else { throw ValidationError("name an output with --to and -o, or with --export.") }
    guard (0...1).contains(poseConfidence ?? 0) else {
      throw ValidationError("--pose-confidence must be between 0 and 1.")
    }
    guard poseConfidence == nil || tracking.tracker != nil else {
      throw ValidationError("--pose-confidence goes with --tracker.")
    }
    guard (1...1000).contains(thin) else { throw ValidationError("--thin must be between 1 and 1000.") }
    guard tracking.detectEvery != .auto else {
      throw ValidationError("--detect-every auto is for videos; give a number.")
    }
    try OutputCheck(
      inputs: [input], description: description ?? RunDescription.existingPath(beside: input), exports: targets
    ).validate()
  }

  func run() throws {
    try targets.forEach { try $0.check() }
    let conversion = try PoseConversion(input: input, description: description)
    let revision = try revision(of: conversion)
    let result = try conversion.write(targets, revision: revision) {
      // Asked from the first frame on: what keeps an output from being opened, a pipe without a reader, can be ended.
      InterruptHandler.shared.onInterrupt {}
      return InterruptHandler.shared.isInterrupted
    }
    if !quiet { report(result, of: conversion) }
    if result.wasInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }

  private func revision(of conversion: PoseConversion) throws -> StoredTracking? {
    var settings = StoredTracking.Settings()
    var wanted = AnalysisSettings.Tracking()
    tracking.apply(to: &wanted)
    settings.tracking = wanted.settings(preset: nil)
    settings.isTracking = tracking.tracker != nil
    settings.confidence = poseConfidence
    settings.keepEvery = thin
    guard settings.isActive else { return nil }
    let crowd = settings.tracking.players.crowd
    let needsSize = crowd.leastSize > 0 || crowd.region?.unit == .shares
    if settings.isTracking, settings.tracking.tracker == .players, needsSize, conversion.description == nil {
      throw ValidationError(
        "--crowd-size and a --region in shares need the picture's size, which the description beside the CSV has; give --region in pixels."
      )
    }
    if tracking.steady || tracking.smooth != .none, !settings.isTracking, conversion.isUntracked {
      throw ValidationError("nobody in \(input) has a track; --smooth and --steady need --tracker.")
    }
    return StoredTracking(settings, conversion: conversion)
  }

  private func report(_ result: PoseConversion.Result, of conversion: PoseConversion) {
    var lines = conversion.notes.map { "Note: \($0)" }
    let vague = targets.map(\.format).filter(\.needsTracks).map(\.rawValue)
    if conversion.isUntracked, tracking.tracker ?? TrackerChoice.none == TrackerChoice.none, !vague.isEmpty {
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
