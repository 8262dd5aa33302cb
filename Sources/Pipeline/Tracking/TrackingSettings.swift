import Kapao
import Tracking

/// How people are told apart and their poses smoothed.
public struct TrackingSettings: Sendable {
  /// Which tracker.
  public var tracker = TrackerChoice.oks
  /// The general tracker's settings; its confidence is that of the thresholds.
  public var general = OKSTracker.Settings()
  /// The player tracker's settings; likewise.
  public var players = PlayerTracker.Settings()
  /// Score from which a pose may carry on a track, though it is too weak to be shown by itself.
  package var weakConfidence: Float = 0.1
  /// Whether keypoints are weighed by their confidence against their motion, before any smoothing.
  package var weighsMotion = false
  /// How poses are smoothed.
  public var smoothing = Smoothing.none
  /// Cut-off frequency of the Butterworth filter in Hz.
  public var cutoff = 6.0
  /// Seconds without a pose that the Butterworth filter fills.
  public var longestGap = 0.25

  /// In which frames people are detected; in the others people are interpolated (files) or extrapolated (live).
  public var detectEvery = DetectEvery.all

  /// Whether poses that come out may differ from what was found.
  var changesPoses: Bool { weighsMotion || smoothing != .none }

  /// The default: the general tracker, without smoothing.
  public init() {}

  /// A tracker for one stream of poses that are shown from a score of `confidence`.
  ///
  /// Where none is wanted, but some frames have no detection, the general tracker says who is who on both sides of them; its
  /// identities are not shown (`shown`).
  func makeTracker(skeleton: Skeleton, confidence: Float) -> any PoseTracker {
    switch tracker {
    case .none where detectEvery == .all: return UntrackedPoses()
    case .none, .oks:
      var settings = general
      settings.confidence = confidence
      return OKSTracker(skeleton: skeleton, settings: settings)
    case .players:
      var settings = players
      settings.confidence = confidence
      return PlayerTracker(settings: settings)
    }
  }

  /// The people as they are shown: nobody has an identity where no tracker is wanted.
  package func shown(_ people: [TrackedPose]) -> [TrackedPose] {
    guard tracker == .none, detectEvery != .all else { return people }
    return people.filter(\.isShown).sorted { $0.pose.score > $1.pose.score }.map { person in
      var person = person
      person.trackID = nil
      return person
    }
  }

  /// The thresholds with which poses are to be found for the tracker.
  ///
  /// Weak poses are let through, and nothing else changes: only those above the wanted confidence take part in the
  /// fusion, so that no weak pose takes a keypoint object from another, and suppression takes the path it took before
  /// (see `Detections`).
  package func thresholds(_ wanted: Thresholds) -> Thresholds {
    guard tracker != .none, weakConfidence < wanted.poseConfidence else { return wanted }
    var thresholds = wanted
    thresholds.poseConfidence = weakConfidence
    if wanted.keypointConfidence < wanted.poseConfidence {
      thresholds.poseConfidence = max(weakConfidence, wanted.keypointConfidence.nextUp)
    }
    thresholds.fusionConfidence = max(wanted.fusionConfidence, wanted.poseConfidence)
    return thresholds
  }
}

/// Which tracker tells people apart (`--tracker`).
public enum TrackerChoice: String, CaseIterable, Codable, Sendable {
  /// Nobody has an identity.
  case none
  /// Any number of people (`OKSTracker`).
  case oks
  /// A fixed number of players, and the crowd (`PlayerTracker`).
  case players
}
