import Kapao
import Support
import Tracking
import VideoIO

/// Tracks people in a live stream without delay: gives them identities, moves them on between detections, and looks again at
/// as many as there is time for.
final class LiveTracking: @unchecked Sendable {
  // @unchecked: a flow window lets one frame at a time through the stages that use it.

  /// Filters along the tracks; `nil` where none is wanted.
  let smoothing: StreamSmoothing<StreamFrame>?
  private let settings: TrackingSettings
  private let inputSize: Int
  private var tracker: any PoseTracker
  private var extrapolator = PoseExtrapolator()
  private let refiner: PersonRefiner?
  private let mostRefined: Int
  private var budget = LookBudget()
  /// Who was not found in a crop since the last detection, by the tracker's numbers.
  private var missed: Set<Int> = []

  init(_ settings: LiveSettings, detector: PoseDetector) {
    precondition(settings.tracking.smoothing != .butterworth, "A smoother for live frames has no delay.")
    self.settings = settings.tracking
    inputSize = detector.inputSize
    // Poses must exceed the threshold; trackers take those that reach theirs.
    tracker = settings.tracking.makeTracker(
      skeleton: detector.skeleton, confidence: settings.thresholds.poseConfidence.nextUp)
    smoothing = StreamSmoothing(
      [
        settings.tracking.weighsMotion ? LiveMotionWeigher(skeleton: detector.skeleton) : nil,
        settings.tracking.smoothing.smoother(),
      ])
    mostRefined = settings.refinement.most(auto: .max)
    refiner = settings.refinement == .off ? nil : PersonRefiner(detector, thresholds: settings.thresholds)
  }

  /// Whether people are refined.
  var isRefining: Bool { refiner != nil }

  /// A frame is taken from those that wait.
  func begin(_ frame: StreamFrame) {
    budget.arrived(at: frame.time, waited: MonotonicTime.seconds - frame.arrival)
  }

  /// The people of a frame, with those known but not seen.
  func update(_ detected: DetectedFrame) -> Tracked<StreamFrame> {
    let (frame, size) = (detected.frame, detected.frame.frame.size)
    var people = TrackedFrame(time: frame.time, people: [])
    if let poses = detected.poses {
      if let seconds = frame.detectionSeconds { budget.detected(seconds: seconds) }
      missed = []
      people.people = tracker.update(poses, at: frame.time, size: size)
      extrapolator.update(people)
    } else {
      people = extrapolator.frame(at: frame.time, size: size)
    }
    return Tracked(frame: frame, time: frame.time, people: people.people, isDetected: detected.poses != nil)
  }

  /// Looks again at as many people as there is time for, and takes over where they are.
  ///
  /// - Returns: Whether somebody who was followed has been lost, in a frame without a detection.
  /// - Throws: `InferenceError`, or `VideoError`.
  func refine(_ tracked: inout Tracked<StreamFrame>) throws -> Bool {
    guard let refiner else { return false }
    let most = min(mostRefined, budget.looks, tracked.people.count)
    guard most > 0 else { return false }
    let frame = tracked.frame.frame
    let start = MonotonicTime.seconds
    let (people, missing) = try refiner.refined(
      tracked.people, in: frame, at: tracked.time, scale: Letterbox(source: frame.size, size: inputSize).scale,
      most: most)
    budget.looked(most, seconds: MonotonicTime.seconds - start)
    tracked.people = people
    for person in people where person.state == .detected { extrapolator.update(person, at: tracked.time) }
    let lost = Set(missing.compactMap { people[$0].trackID == nil ? nil : people[$0].followed })
    defer { missed.formUnion(lost) }
    return !lost.isSubset(of: missed) && !tracked.isDetected
  }

  /// The people who are worth showing.
  func shown(_ tracked: Tracked<StreamFrame>) -> [TrackedPose] { settings.shown(tracked.shown) }
}
