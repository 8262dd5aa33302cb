/// In which frames of a live stream people are detected (`--detect-every`): a value that is told what a detection took.
///
/// `auto` takes the N with which detections take at most a part of the time: source's rate × seconds of a detection ÷ N.
/// N grows at once, and falls one by one where there is room to spare for a while, so that it does not waver.
///
/// However large N is, a frame that comes `longestExtrapolation` after the last detection has one.
package struct LivePace {
  /// The share of time that detections may take.
  static let load = 0.85
  /// How much less than that they must take with a smaller N.
  static let room = 0.85
  /// Seconds for which there must be room.
  static let patience = 2.0
  /// Detections of whose times the middle counts, and how many there must be: the first one waits for the network to be
  /// compiled.
  private static let (window, least) = (5, 3)
  /// The share of time that detections may take where refinement takes the rest.
  private static let sharedLoad = 0.4

  /// Frames from one detection to the next.
  package private(set) var every = 1
  private let isAutomatic: Bool
  private let load: Double
  private let longest: Double
  /// Seconds of the last detections.
  private var costs: [Double] = []
  private var hasRoomSince: Double?
  /// The time of the last detection, and frames since.
  private var last: (time: Double, since: Int)?

  /// - Parameters:
  ///   - longest: Seconds of the stream's time after which people are detected in any case.
  ///   - isRefined: Whether people are refined, in all frames.
  package init(_ detectEvery: DetectEvery, longest: Double, isRefined: Bool = false) {
    load = isRefined ? Self.sharedLoad : Self.load
    if case .frames(let count) = detectEvery { every = count }
    isAutomatic = detectEvery == .auto
    self.longest = longest
  }

  /// Whether people are to be detected in a frame at this time, in seconds of the stream.
  package mutating func isDue(at time: Double) -> Bool {
    guard let last, time >= last.time, time - last.time <= longest, last.since + 1 < every else { return true }
    self.last!.since += 1
    return false
  }

  /// People are to be detected in the next frame: somebody is no longer where he or she should be.
  package mutating func hurry() { last?.since = every }

  /// There was a detection.
  ///
  /// - Parameters:
  ///   - time: Its time in seconds of the stream.
  ///   - seconds: What that took.
  ///   - rate: Frames a second that come and are wanted.
  ///   - clock: Seconds of a monotonic clock.
  package mutating func detected(at time: Double, seconds: Double, rate: Double, clock: Double) {
    last = (time, 0)
    costs = costs.suffix(Self.window - 1) + [seconds]
    guard isAutomatic, rate > 0, costs.count >= Self.least else { return }
    let needed = rate * costs.sorted()[costs.count / 2] / load
    if needed > Double(every) {
      every = Int(min(Double(DetectEvery.mostOfAuto), needed.rounded(.up)))
      hasRoomSince = nil
    } else if every > 1, needed < Self.room * Double(every - 1) {
      let since = hasRoomSince ?? clock
      hasRoomSince = since
      guard clock - since >= Self.patience else { return }
      every -= 1
      hasRoomSince = nil
    } else {
      hasRoomSince = nil
    }
  }
}
