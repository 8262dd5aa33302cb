import ArgumentParser
import Pipeline
import Tracking

extension TrackerChoice: ExpressibleByArgument {}
extension PlayerOrder: ExpressibleByArgument {}
extension Smoothing: ExpressibleByArgument {}
extension PictureRegion: ExpressibleByArgument {}

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
  var region: PictureRegion?

  @Option(help: "Seconds for which someone out of sight keeps the identity.")
  var hold: Double = 2

  @Option(help: "Confidence from which a person may be followed on, though below --pose-confidence.")
  var weakConfidence: Float = 0.1

  @Option(
    help: ArgumentHelp(
      "Detect people in every N-th frame only; in those between, poses are interpolated (live: predicted). auto: as many as keep up with the video or the source.",
      valueName: "N|auto"),
    transform: TrackingOptions.detectEvery)
  var detectEvery: DetectEvery = .all

  @Flag(
    inversion: .prefixedNo,
    help:
      "Weigh each keypoint by its confidence against its motion in the frames around (live: before), and exchange left and right where that fits."
  )
  var steady = false

  @Option(help: "none, one-euro (no delay), or butterworth (forwards and backwards, no shift in time; for files).")
  var smooth: Smoothing = .none

  @Option(help: "Cut-off frequency in Hz, for --smooth butterworth.")
  var cutoff = 6.0

  @Option(help: "Seconds without a pose that --smooth butterworth fills.")
  var fillGaps = 0.25

  func validate() throws {
    var settings = AnalysisSettings()
    apply(to: &settings.tracking)
    try settings.check()
  }

  private static func detectEvery(_ text: String) throws -> DetectEvery {
    guard let value = DetectEvery(text) else { throw ValidationError(DetectEvery.expected) }
    return value
  }

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Tracking) {
    settings.tracker = tracker
    settings.people = people
    settings.order = order
    settings.crowdSize = crowdSize
    settings.region = region
    settings.hold = hold
    settings.weakConfidence = weakConfidence
    settings.detectEvery = detectEvery
    settings.steady = steady
    settings.smooth = smooth
    settings.cutoff = cutoff
    settings.fillGaps = fillGaps
  }
}
