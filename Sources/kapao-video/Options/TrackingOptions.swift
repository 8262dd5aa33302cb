import ArgumentParser
import Kapao
import Pipeline
import Tracking

extension TrackerChoice: ExpressibleByArgument {}
extension PlayerOrder: ExpressibleByArgument {}
extension Smoothing: ExpressibleByArgument {}

/// Who is who from frame to frame, and smoothing.
struct TrackingOptions: ParsableArguments {
  @Option(help: "oks (any number of people), players (a fixed number of players, and the crowd) or none. Default: oks.")
  var tracker: TrackerChoice?

  @Option(help: "The number of players, for --tracker players.")
  var people = 2

  @Option(help: "Who is player 1 at the beginning: left-to-right, top-to-bottom or largest.")
  var order: PlayerOrder = .leftToRight

  @Option(
    help:
      "Diagonal of a person's box as a share of the picture's, below which the person is crowd; 0.204 is the squash demo's. Default: 0, nobody."
  )
  var crowdSize: Double?

  @Option(
    help: ArgumentHelp(
      "Where players stand, as a polygon: x,y pairs with spaces between, as shares of the picture (0 to 1) or in pixels. Others are crowd.",
      valueName: "polygon"))
  var region: RegionArgument?

  @Option(help: "Seconds for which someone out of sight keeps the identity.")
  var hold: Double = 2

  @Option(help: "Confidence from which a person may be followed on, though below --pose-confidence.")
  var weakConfidence: Float = 0.1

  @Option(
    help: ArgumentHelp(
      "Look for people in every N-th frame only; in those between, they are put between the frames before and after (live: moved on). auto: as many as keep up with the video or the source.",
      valueName: "N|auto"),
    transform: TrackingOptions.detectEvery)
  var detectEvery: DetectEvery = .all

  @Option(help: "none, one-euro (no delay), or butterworth (forwards and backwards, no shift in time; for files).")
  var smooth: Smoothing = .none

  @Option(help: "Cut-off frequency in Hz, for --smooth butterworth.")
  var cutoff = 6.0

  @Option(help: "Seconds without a pose that --smooth butterworth fills.")
  var fillGaps = 0.25

  func validate() throws {
    guard (1...64).contains(people) else { throw ValidationError("--people must be between 1 and 64.") }
    guard (0...1).contains(crowdSize ?? 0) else { throw ValidationError("--crowd-size must be between 0 and 1.") }
    guard (0...3600).contains(hold) else { throw ValidationError("--hold must be between 0 and 3600 seconds.") }
    guard (0...1).contains(weakConfidence) else { throw ValidationError("--weak-confidence must be between 0 and 1.") }
    guard (0.1...1000).contains(cutoff) else { throw ValidationError("--cutoff must be between 0.1 and 1000 Hz.") }
    guard (0...2).contains(fillGaps) else { throw ValidationError("--fill-gaps must be between 0 and 2 seconds.") }
    guard smooth == .none || tracker != TrackerChoice.none else { throw ValidationError("--smooth needs a tracker.") }
  }

  private static func detectEvery(_ text: String) throws -> DetectEvery {
    guard let value = DetectEvery(text) else {
      throw ValidationError("auto, or a number from \(DetectEvery.range.lowerBound) to \(DetectEvery.range.upperBound)")
    }
    return value
  }

  /// The settings; what the user does not say is the preset's.
  func settings(preset: Preset?) -> TrackingSettings {
    var settings = TrackingSettings()
    settings.tracker = tracker ?? (preset == .squash ? .players : .oks)
    settings.general.lossTime = hold
    settings.players.holdTime = hold
    settings.players.players = people
    settings.players.order = order
    settings.players.crowd = CrowdRule(leastSize: crowdSize ?? preset?.crowdSize ?? 0, region: region?.region)
    settings.weakConfidence = weakConfidence
    settings.detectEvery = detectEvery
    settings.smoothing = smooth
    settings.cutoff = cutoff
    settings.longestGap = fillGaps
    return settings
  }
}
