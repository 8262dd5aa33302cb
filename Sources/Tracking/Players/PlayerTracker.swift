import Kapao

/// Follows a fixed number of players and tells them from the crowd (`--tracker players`).
///
/// It is the idea of the official squash demo, the difference between poses from frame to frame, made to hold on any
/// video. For each frame the players' poses are moved on with constant velocity, and all players are assigned together:
/// the smallest sum over players of (mean keypoint distance / body size)² wins, within a gate that grows with the time a
/// player was not seen. The square matters: two players who both run farther in a frame than they are apart cost the
/// same in plain distance whether they are swapped or not.
///
/// * People who are no players are followed in the same way, so that a referee keeps the own pose and does not become a
///   player who is hidden at the moment.
/// * A player out of sight is reported as not seen and keeps the place in the team for `holdTime`. Then the place is
///   free for newcomers; someone who was in sight together with the player is someone else and may take it only after
///   `takeoverTime`. Players' numbers are their identities, 1…N.
/// * Someone is followed on, but nobody enters, with a weak pose.
/// * When the stream's time starts anew, players keep their places; motion is forgotten.
public struct PlayerTracker: PoseTracker {
  /// A place in the team.
  struct Place {
    /// Who has it; `nil` until someone enters.
    var player: Tracklet?
    /// The pose of the current frame, by index.
    var pose: Int?
  }

  /// Someone who is no player.
  struct Bystander {
    var motion: Tracklet
    var pose: Int?
  }

  let settings: Settings
  var places: [Place]
  var bystanders: [Bystander] = []
  var lastNumber = 0
  private var clock = TrackClock()
  /// When somebody first could be seen, while the team is not yet complete.
  private var startedAt: Double?
  private var hasTeam = false

  /// A tracker for one stream.
  public init(settings: Settings = Settings()) {
    self.settings = settings
    places = [Place](repeating: Place(), count: max(1, settings.players))
  }

  /// Tracks a frame's poses. Players come first, by number, whether seen or not; then the crowd.
  public mutating func update(_ poses: [Pose], at time: Double, size: ImageSize) -> [TrackedPose] {
    let step = clock.advance(to: time)
    let now = clock.now ?? 0
    begin(step, now: now)
    let observations = Self.withoutDuplicates(
      poses.enumerated().compactMap { Observation($1, index: $0, confidence: settings.confidence) })
    follow(observations, now: now, size: size)
    if hasTeam {
      fillFreePlaces(now: now, poses: poses, size: size)
    } else {
      gatherTeam(now: now, poses: poses, size: size)
    }
    return result(poses, observations, now: now)
  }

  private mutating func begin(_ step: TrackClock.Step, now: Double) {
    for index in places.indices {
      places[index].pose = nil
      switch step {
      case .first: break
      case .forward(let seconds): places[index].player?.predict(seconds: seconds)
      case .restarted: places[index].player?.rebase(to: now)
      }
    }
    if step == .restarted {
      bystanders.removeAll()
      startedAt = nil
    }
    guard case .forward(let seconds) = step else { return }
    for index in bystanders.indices {
      bystanders[index].pose = nil
      bystanders[index].motion.predict(seconds: seconds)
    }
    let acquaintance = settings.acquaintance
    bystanders.removeAll { $0.motion.unseen > max($0.motion.seenFor >= acquaintance ? 1 : 0.2, seconds) }
  }

  // MARK: - The team

  /// Fills all places at once, as soon as there are enough people or after `startTime`.
  private mutating func gatherTeam(now: Double, poses: [Pose], size: ImageSize) {
    let candidates = bystanders.indices.filter { admits(bystanders[$0], poses: poses, size: size) }
    guard !candidates.isEmpty else { return }
    let start = startedAt ?? now
    startedAt = start
    guard candidates.count >= places.count || now - start >= settings.startTime else { return }
    // The largest are nearest to the camera; the better score decides between equals.
    let chosen = candidates.sorted {
      (bystanders[$0].motion.size, bystanders[$0].motion.pose.score)
        > (bystanders[$1].motion.size, bystanders[$1].motion.pose.score)
    }.prefix(places.count)
    let ordered =
      settings.order == .largest
      ? Array(chosen)
      : chosen.sorted {
        coordinate(of: bystanders[$0].motion.pose.box) < coordinate(of: bystanders[$1].motion.pose.box)
      }
    for (place, bystander) in ordered.enumerated() { enter(bystander, place: place) }
    remove(ordered)
    hasTeam = true
  }

  private func coordinate(of box: Box) -> Float {
    let value = settings.order == .topToBottom ? box.y2 : box.x1 + box.x2
    return value.isNaN ? .infinity : value
  }

  /// Lets people into the places of players who have been away for long, and into those never filled; and into that of a
  /// player not seen now, if they are where the player can have got to.
  private mutating func fillFreePlaces(now: Double, poses: [Pose], size: ImageSize) {
    let free = places.indices.filter { places[$0].pose == nil }
    guard !free.isEmpty else { return }
    let candidates = bystanders.indices.filter {
      let motion = bystanders[$0].motion
      return motion.hits > 1 && now - motion.born >= settings.entryTime - 1e-6
        && admits(bystanders[$0], poses: poses, size: size)
    }
    guard !candidates.isEmpty else { return }
    var costs: [Double] = []
    for place in free {
      for candidate in candidates { costs.append(entryCost(places[place].player, bystanders[candidate].motion)) }
    }
    let columns = HungarianAssignment.columns(costs: costs, rows: free.count, columns: candidates.count, limit: 2)
    var entered: [Int] = []
    for (place, column) in zip(free, columns) {
      guard let column else { continue }
      enter(candidates[column], place: place)
      entered.append(candidates[column])
    }
    remove(entered)
  }

  /// From 0 (where the place's player was last seen) to 1 (far away); infinite for someone who cannot be the player.
  private func entryCost(_ player: Tracklet?, _ candidate: Tracklet) -> Double {
    guard let player else { return 1 }
    let wasBeside = player.lastSeen - candidate.born >= settings.acquaintance
    guard !wasBeside || player.unseen > settings.takeoverTime else { return .infinity }
    let distance = (player.shape.meanDistance(to: candidate.shape) ?? .infinity) / player.size
    guard player.unseen > settings.holdTime || distance < gate(of: player) else { return .infinity }
    return min(1, distance * distance / 100)
  }

  private func admits(_ bystander: Bystander, poses: [Pose], size: ImageSize) -> Bool {
    guard let pose = bystander.pose else { return false }
    return poses[pose].score >= settings.confidence && settings.crowd.admits(poses[pose], in: size)
  }

  private mutating func enter(_ bystander: Int, place: Int) {
    places[place] = Place(player: bystanders[bystander].motion, pose: bystanders[bystander].pose)
  }

  private mutating func remove(_ indices: [Int]) {
    for index in indices.sorted(by: >) { bystanders.remove(at: index) }
  }

  // MARK: - Result

  private func result(_ poses: [Pose], _ observations: [Observation], now: Double) -> [TrackedPose] {
    var people: [TrackedPose] = []
    var isPlayer = [Bool](repeating: false, count: poses.count)
    for (index, place) in places.enumerated() {
      guard let player = place.player else { continue }
      let (number, role) = (index + 1, TrackedPose.Role.player(index + 1))
      if let pose = place.pose {
        isPlayer[pose] = true
        people.append(player.following(TrackedPose(pose: poses[pose], trackID: number, role: role, lastSeen: now)))
      } else {
        people.append(player.unseenPose(id: number, role: role))
      }
    }
    for observation in observations where observation.isConfident && !isPlayer[observation.index] {
      let person = TrackedPose(pose: observation.pose, role: .crowd, lastSeen: now)
      let bystander = bystanders.first { $0.pose == observation.index }
      people.append(bystander?.motion.following(person) ?? person)
    }
    return people
  }
}
