import Kapao

/// Follows any number of people (`--tracker oks`, the default).
///
/// For each frame, tracks are moved on with constant velocity (`Tracklet`), and then assigned to poses by the similarity
/// of their keypoints (`PredictedSimilarity`), the best sum over all wins (`HungarianAssignment`), in two stages as in
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
    public var weakTime = 0.5
    /// Similarity that a confident pose needs to carry on a track.
    public var similarity = 0.2
    /// Similarity that a weak pose needs.
    public var weakSimilarity = 0.25
    /// Similarity to someone in the same frame above which a pose is a second one of the same person and begins no track.
    public var duplicateSimilarity = 0.6

    /// Settings for poses that are shown from a score of `confidence`.
    public init(confidence: Float = 0.5) { self.confidence = confidence }
  }

  private struct Track {
    var motion: Tracklet
    /// `nil` until `birthTime` is over.
    var id: Int?
  }

  private let settings: Settings
  private let similarity: PredictedSimilarity
  private var clock = TrackClock()
  private var tracks: [Track] = []
  private var lastID = 0
  private var lastNumber = 0

  /// A tracker for one stream of poses of a skeleton.
  public init(skeleton: Skeleton, settings: Settings = Settings()) {
    self.settings = settings
    similarity = PredictedSimilarity(skeleton: skeleton)
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
    let confident = observations.filter(\.isConfident)
    let known = tracks.indices.filter { tracks[$0].id != nil }
    assign(known, confident, above: settings.similarity, now: now, trackOfPose: &trackOfPose)

    let weak = observations.filter { !$0.isConfident }
    let recent = tracks.indices.filter {
      tracks[$0].id != nil && tracks[$0].motion.unseen > 0 && tracks[$0].motion.unseen <= settings.weakTime
    }
    assign(recent, weak, above: settings.weakSimilarity, now: now, trackOfPose: &trackOfPose)

    let new = tracks.indices.filter { tracks[$0].id == nil }
    let rest = confident.filter { trackOfPose[$0.index] == nil }
    assign(new, rest, above: settings.similarity, now: now, trackOfPose: &trackOfPose)
  }

  private mutating func assign(
    _ candidates: [Int], _ observations: [Observation], above least: Double, now: Double, trackOfPose: inout [Int?]
  ) {
    guard !candidates.isEmpty, !observations.isEmpty else { return }
    var costs: [Double] = []
    costs.reserveCapacity(candidates.count * observations.count)
    for candidate in candidates {
      let track = tracks[candidate].motion
      let weight = similarity.weight(track)
      for observation in observations {
        let value = similarity(track, observation)
        costs.append(value < least ? .infinity : 1 - weight * value)
      }
    }
    let columns = HungarianAssignment.columns(
      costs: costs, rows: candidates.count, columns: observations.count, limit: 1)
    for (candidate, column) in zip(candidates, columns) {
      guard let column else { continue }
      tracks[candidate].motion.update(observations[column], at: now)
      trackOfPose[observations[column].index] = candidate
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
      tracks.append(Track(motion: Tracklet(observation, at: now, number: lastNumber), id: nil))
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
      } else if pose.score >= settings.confidence {
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
