import Foundation
import Kapao

/// Follows any number of people (`--tracker oks`, the default).
///
/// For each frame, tracks are predicted with constant velocity (`Tracklet`), and then assigned to poses by the similarity
/// of boxes and keypoints (`PoseSimilarity`), the best sum over all wins (`HungarianAssignment`), in two stages as in
/// ByteTrack (Zhang et al., ECCV 2022): confident poses first; weak ones, which are too uncertain to begin a track, may
/// then carry on the tracks that found none. It therefore wants poses below the threshold at which people are shown.
///
/// A new person gets an identity after `birthTime`, so that a flash of a wrong pose gets none; until then the pose is
/// passed on without one. In the first frame everyone gets one at once. Someone not seen for `lossTime` is forgotten,
/// and is someone new on coming back. Identities count from 1 and are never given again, also not after a restart of
/// the stream's time, which makes the tracker forget everyone.
public struct OKSTracker: PoseTracker {
  /// What a tracker goes by.
  public struct Settings: Hashable, Sendable {
    /// Score from which a pose may begin a track, and is passed on without one.
    public var confidence: Float
    /// Seconds for which someone is to be seen before getting an identity.
    public var birthTime = 0.1
    /// Seconds after which someone not seen is forgotten.
    public var lossTime = 2.0
    /// Seconds after its last sight during which a weak pose may carry on a track.
    package var weakTime = 0.5
    /// How similar a confident pose must be for a track whose similarity to a weak pose is 1; beyond that it is somebody
    /// else's.
    package var weakPreference = 0.7
    /// Similarity to a place on the way of someone hidden from which a pose that is nobody's is that person, who stopped.
    package var stoppedSimilarity = 0.3
    /// Seconds after its last sight during which someone not found may be hidden behind whom is found in the same place.
    package var meetingTime = 1.0
    /// How much less such a pose says about where its person is, for boxes that are the same: the variance grows by this
    /// factor.
    package var meetingDoubt = 30.0
    /// Similarity to someone in the same frame above which a pose is a second one of the same person and begins no track.
    package var duplicateSimilarity = 0.6

    /// Settings for poses that are shown from a score of `confidence`.
    public init(confidence: Float = 0.5) { self.confidence = confidence }
  }

  private struct Track {
    var motion: Tracklet
    /// `nil` until `birthTime` is over.
    var id: Int?
  }

  private let settings: Settings
  private let similarity: PoseSimilarity
  private var clock = TrackClock()
  private var tracks: [Track] = []
  private var lastID = 0
  private var lastNumber = 0

  /// A tracker for one stream of poses of a skeleton.
  public init(skeleton: Skeleton, settings: Settings = Settings()) {
    self.settings = settings
    similarity = PoseSimilarity(skeleton: skeleton)
  }

  /// Tracks a frame's poses; those below `Settings.confidence` come back only where they carry on a track.
  public mutating func update(_ poses: [Pose], at time: Double, size: ImageSize) -> [TrackedPose] {
    let step = clock.advance(to: time)
    let now = clock.now ?? 0
    var isFirst = false
    switch step {
    case .first: isFirst = true
    case .restarted:
      tracks.removeAll()
      isFirst = true
    case .forward(let seconds):
      for index in tracks.indices { tracks[index].motion.predict(seconds: seconds) }
      // A weak pose is not to be taken for someone who left long ago; nor is a confident one.
      tracks.removeAll { $0.motion.unseen > ($0.id == nil ? max(settings.birthTime, seconds) : settings.lossTime) }
    }

    let observations = poses.enumerated().compactMap {
      Observation($1, index: $0, confidence: settings.confidence)
    }
    var trackOfPose = [Int?](repeating: nil, count: poses.count)
    associate(observations, now: now, trackOfPose: &trackOfPose)
    begin(observations, now: now, isFirst: isFirst, trackOfPose: &trackOfPose)
    return result(poses, now: now, trackOfPose: trackOfPose)
  }

  // MARK: - Association

  private mutating func associate(_ observations: [Observation], now: Double, trackOfPose: inout [Int?]) {
    let (settings, similarity) = (settings, similarity)
    let confident = observations.filter(\.isConfident)
    let weak = observations.filter { !$0.isConfident }
    let known = tracks.indices.filter { tracks[$0].id != nil }
    assign(known, confident, now: now, trackOfPose: &trackOfPose) { track, observation in
      let value = similarity(track, observation)
      // Whose own pose is weak at the moment is not to take that of somebody beside.
      let own = track.unseen > settings.weakTime ? 0 : weak.map { similarity(track, $0) }.max() ?? 0
      return value < settings.weakPreference * own ? 0 : value
    }

    let recent = known.filter { tracks[$0].motion.unseen > 0 && tracks[$0].motion.unseen <= settings.weakTime }
    assign(recent, weak, now: now, trackOfPose: &trackOfPose) { similarity($0, $1) }

    let new = tracks.indices.filter { tracks[$0].id == nil }
    var rest = confident.filter { trackOfPose[$0.index] == nil }
    assign(new, rest, now: now, trackOfPose: &trackOfPose) { similarity($0, $1) }

    // Who was hidden may have stopped on the way.
    rest.removeAll { trackOfPose[$0.index] != nil }
    let hidden = known.filter { tracks[$0].motion.unseen > settings.weakTime }
    assign(hidden, rest, now: now, trackOfPose: &trackOfPose) { track, observation in
      let value = similarity.onTheWay(track, observation)
      return value < settings.stoppedSimilarity ? 0 : value
    }
  }

  private mutating func assign(
    _ candidates: [Int], _ observations: [Observation], now: Double, trackOfPose: inout [Int?],
    similarity: (Tracklet, Observation) -> Double
  ) {
    guard !candidates.isEmpty, !observations.isEmpty else { return }
    let costs = candidates.flatMap { candidate in
      observations.map { 1 - similarity(tracks[candidate].motion, $0) }
    }
    let columns = HungarianAssignment.columns(
      costs: costs, rows: candidates.count, columns: observations.count, limit: 1)
    let missed = zip(candidates, columns).filter { $1 == nil && tracks[$0].motion.unseen <= settings.meetingTime }
      .map { tracks[$0.0].motion.box }
    for (candidate, column) in zip(candidates, columns) {
      guard let column else { continue }
      let observation = observations[column]
      // Where somebody else could be who was not found, the two may have been found as one, somewhere in the middle.
      let shared = missed.map { Double($0.overlap(with: observation.box)) }.max() ?? 0
      tracks[candidate].motion.update(observation, at: now, doubt: settings.meetingDoubt * shared * shared)
      trackOfPose[observation.index] = candidate
    }
  }

  // MARK: - Birth

  private mutating func begin(
    _ observations: [Observation], now: Double, isFirst: Bool, trackOfPose: inout [Int?]
  ) {
    for index in tracks.indices where tracks[index].id == nil && tracks[index].motion.unseen == 0 {
      let track = tracks[index].motion
      if track.hits > 1, track.lastSeen - track.born >= settings.birthTime - 1e-6 { name(index) }
    }
    for observation in observations where observation.isConfident && trackOfPose[observation.index] == nil {
      let isDuplicate = tracks.contains {
        $0.motion.unseen == 0 && similarity($0.motion, observation) > settings.duplicateSimilarity
      }
      guard !isDuplicate else { continue }
      lastNumber += 1
      tracks.append(Track(motion: Tracklet(observation, at: now, number: lastNumber, model: .general), id: nil))
      trackOfPose[observation.index] = tracks.count - 1
      if isFirst { name(tracks.count - 1) }
    }
  }

  private mutating func name(_ index: Int) {
    lastID += 1
    tracks[index].id = lastID
  }

  // MARK: - Result

  private func result(_ poses: [Pose], now: Double, trackOfPose: [Int?]) -> [TrackedPose] {
    var known: [TrackedPose] = []
    var unknown: [TrackedPose] = []
    var isSeen = [Bool](repeating: false, count: tracks.count)
    for (pose, track) in zip(poses, trackOfPose) {
      if let track, let id = tracks[track].id {
        isSeen[track] = true
        known.append(tracks[track].motion.following(TrackedPose(pose: pose, trackID: id, lastSeen: now)))
      } else if !(pose.score < settings.confidence) {
        let person = TrackedPose(pose: pose, lastSeen: now)
        unknown.append(track.map { tracks[$0].motion.following(person) } ?? person)
      }
    }
    for (track, isSeen) in zip(tracks, isSeen) where track.id != nil && !isSeen {
      known.append(track.motion.unseenPose(id: track.id))
    }
    known.sort { ($0.trackID ?? 0) < ($1.trackID ?? 0) }
    return known + unknown
  }
}

/// How alike a track's predicted pose and a found one are, from 0 to 1: the mean of the overlap of their boxes and of the
/// OKS of their keypoints.
///
/// * The overlap (IoU) is multiplied by the square of the share of height that both boxes have in common: people who pass
///   each other overlap sideways, but one is nearer to the camera, and so taller and lower in the frame, than the other.
/// * The OKS is COCO's, exp(−d² / (2 · area · (2σ)²)) averaged over keypoints. Their confidences do not enter: KAPAO's is
///   0 where no keypoint object was fused, which is no sign of a bad position. Between poses without a keypoint in common
///   the boxes decide alone.
struct PoseSimilarity {
  /// Overlap of boxes below which two poses are not the same person's, wherever their limbs are.
  static let leastOverlap: Float = 0.1

  /// (2σ)² of each keypoint.
  private let variances: [Double]

  init(skeleton: Skeleton) { variances = skeleton.sigmas.map { 4 * Double($0) * Double($0) } }

  /// The similarity of where the track should be by now and a pose; 0 for boxes that hardly overlap.
  func callAsFunction(_ track: Tracklet, _ observation: Observation) -> Double {
    similarity(track.box, track.shape, size: track.size, observation)
  }

  /// The similarity of a pose and the nearest place on the way from where the track was last seen to where it should be by
  /// now, for someone who may have stopped; 0 for boxes that hardly overlap.
  func onTheWay(_ track: Tracklet, _ observation: Observation) -> Double {
    let place = track.onTheWay(to: observation.box)
    return similarity(place.box, place.shape, size: track.size, observation)
  }

  private func similarity(_ one: Box, _ shape: BodyShape, size: Double, _ observation: Observation) -> Double {
    let other = observation.box
    let overlap = one.overlap(with: other)
    guard overlap >= Self.leastOverlap else { return 0 }
    let shared = (min(one.y2, other.y2) - max(one.y1, other.y1)) / (max(one.y2, other.y2) - min(one.y1, other.y1))
    let boxes = Double(overlap * shared * shared)
    guard let keypoints = keypoints(shape, observation.shape, area: size * size) else { return boxes }
    return (boxes + keypoints) / 2
  }

  /// The OKS; `nil` where no keypoint is in both.
  private func keypoints(_ one: BodyShape, _ other: BodyShape, area: Double) -> Double? {
    guard !one.isBox, !other.isBox else { return nil }
    var sum = 0.0
    var count = 0
    for index in 0..<min(one.x.count, other.x.count, variances.count) {
      let (dx, dy) = (one.x[index] - other.x[index], one.y[index] - other.y[index])
      guard !dx.isNaN else { continue }
      count += 1
      let exponent = (dx * dx + dy * dy) / (2 * area * variances[index])
      // Less than 1/1000: not worth the exponential.
      if exponent < 7 { sum += exp(-exponent) }
    }
    return count > 0 ? sum / Double(count) : nil
  }
}
