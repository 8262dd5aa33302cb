import Foundation
import Kapao

/// Follows a fixed number of players and tells them from the crowd (`--tracker players`).
///
/// It is the idea of the official squash demo, the difference between poses from frame to frame, made to hold on any
/// video. For each frame the players' poses are predicted with constant velocity, and all players are assigned together:
/// the smallest sum over players of (mean keypoint distance / body size)² wins, within a gate that grows with the time a
/// player was not seen. The square matters: two players who both run farther in a frame than they are apart cost the
/// same in plain distance whether they are swapped or not.
///
/// * People who are no players are followed in the same way, so that a referee keeps the own pose and does not become a
///   player who is hidden at the moment.
/// * A player out of sight is reported as not seen and keeps the place in the team for `holdTime`. Then the place is
///   free for newcomers; someone who was in sight together with the player is someone else and may take it only after
///   `takeoverTime`. Players' numbers are their identities, 1…N.
/// * Whom `CrowdRule` does not admit has no number in that frame: a player who crouches or steps out of the region is
///   followed on and has it again afterwards.
/// * Someone is followed on, but nobody enters, with a weak pose.
/// * When the stream's time starts anew, players keep their places; motion is forgotten.
public struct PlayerTracker: PoseTracker {
  /// A place in the team.
  struct Place {
    /// Who has it; `nil` until someone enters.
    var player: Tracklet?
    /// The pose of the current frame, by index.
    var pose: Int?
    /// When the player was last seen where players are, in seconds.
    var lastIn = -Double.infinity
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
    follow(Self.withoutParts(observations), now: now, size: size)
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
      case .restarted:
        places[index].player?.rebase(to: now)
        places[index].lastIn = now
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
    let free = places.indices.filter { places[$0].pose == nil || places[$0].lastIn < now }
    guard !free.isEmpty else { return }
    let candidates = bystanders.indices.filter {
      let motion = bystanders[$0].motion
      return motion.hits > 1 && now - motion.born >= settings.entryTime - 1e-6
        && admits(bystanders[$0], poses: poses, size: size)
    }
    guard !candidates.isEmpty else { return }
    var costs: [Double] = []
    for place in free {
      for candidate in candidates { costs.append(entryCost(places[place], bystanders[candidate].motion, now: now)) }
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
  private func entryCost(_ place: Place, _ candidate: Tracklet, now: Double) -> Double {
    guard let player = place.player else { return 1 }
    let away = now - place.lastIn
    let isCrowd =
      place.lastIn - candidate.born >= settings.acquaintance || now - candidate.born >= settings.crowdTime
    let isOfOtherSize = abs(log(candidate.size / player.size)) > log(settings.sizeRatio)
    guard !(isCrowd || isOfOtherSize) || away > settings.takeoverTime else { return .infinity }
    let distance = (player.shape.meanDistance(to: candidate.shape) ?? .infinity) / player.size
    guard away > settings.holdTime || distance < gate(of: player) else { return .infinity }
    return min(1, distance * distance / 100)
  }

  private func admits(_ bystander: Bystander, poses: [Pose], size: ImageSize) -> Bool {
    guard let pose = bystander.pose else { return false }
    return poses[pose].score >= settings.confidence && settings.crowd.admits(poses[pose], in: size)
  }

  private mutating func enter(_ bystander: Int, place: Int) {
    // Who was followed outside the region is crowd from now on.
    if let player = places[place].player, let pose = places[place].pose {
      bystanders.append(Bystander(motion: player, pose: pose))
    }
    let motion = bystanders[bystander].motion
    places[place] = Place(player: motion, pose: bystanders[bystander].pose, lastIn: motion.lastSeen)
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
      if let pose = place.pose, place.lastIn == now {
        isPlayer[pose] = true
        people.append(player.following(TrackedPose(pose: poses[pose], trackID: number, role: role, lastSeen: now)))
      } else {
        var person = player.unseenPose(id: number, role: role)
        person.lastSeen = place.lastIn
        people.append(person)
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

extension PlayerTracker {
  /// Mean keypoint distance in body sizes below which two poses of a frame are the same person's.
  private static let duplicateDistance = 0.12
  /// Area, as a share of another box's, below which a box within the other is around a part of its person.
  private static let partArea: Float = 0.3
  /// The share of a box from which it lies within another.
  private static let partShare: Float = 0.75
  /// What it costs to leave someone without a pose, where 1 is the cost at the gate: a little more, so that two who both
  /// move far are both found.
  private static let limit = 1.3
  /// The weight of a difference in size, as a factor on its logarithm.
  private static let sizeWeight = 1.0
  /// What a wide gate costs at most.
  private static let widthWeight = 0.25
  /// What taking a weak pose costs.
  private static let weakPrice = 0.3
  /// What giving a pose to someone hardly known costs: the second pose of a player, found for a moment, is not to take
  /// the player's next pose.
  private static let newcomerPrice = 1.0
  /// A weak pose must be nearer, by this factor.
  private static let weakGate = 0.6
  /// Seconds after the last sight during which a weak pose may be the person.
  private static let weakTime = 0.5

  /// Drops poses that are second ones of a better one's person.
  static func withoutDuplicates(_ observations: [Observation]) -> [Observation] {
    var kept: [Observation] = []
    for observation in observations {
      let isDuplicate = kept.contains {
        guard let distance = $0.shape.meanDistance(to: observation.shape) else { return false }
        return distance < duplicateDistance * max($0.size, observation.size)
      }
      if !isDuplicate { kept.append(observation) }
    }
    return kept
  }

  /// Leaves out poses whose box is within a better one's and far smaller: a part of its person, such as the legs, found
  /// once more.
  static func withoutParts(_ observations: [Observation]) -> [Observation] {
    observations.enumerated().filter { place, part in
      !observations.prefix(place).contains { whole in
        part.box.area < partArea * whole.box.area && part.box.share(within: whole.box) > partShare
      }
    }.map(\.element)
  }

  /// Assigns the frame's poses to players and bystanders together; whoever is left with confidence is a new bystander.
  ///
  /// Weak poses take part at once, at a price: where two people hide each other, one is often found with both their
  /// limbs, and the weak pose is what tells which of them that is.
  mutating func follow(_ observations: [Observation], now: Double, size: ImageSize) {
    assign(observations, now: now, size: size)
    for index in places.indices {
      guard let pose = places[index].pose,
        settings.crowd.admits(observations.first { $0.index == pose }!.pose, in: size)
      else { continue }
      places[index].lastIn = now
    }
    let taken = Set(places.compactMap(\.pose) + bystanders.compactMap(\.pose))
    for observation in observations where observation.isConfident && !taken.contains(observation.index) {
      guard settings.crowd.keeps(observation.pose, in: size) else { continue }
      lastNumber += 1
      let motion = Tracklet(observation, at: now, number: lastNumber, model: .player)
      bystanders.append(Bystander(motion: motion, pose: observation.index))
    }
  }

  private mutating func assign(_ observations: [Observation], now: Double, size: ImageSize) {
    let held = places.indices.filter { places[$0].player.map { $0.unseen <= settings.holdTime } ?? false }
    guard !observations.isEmpty, !(held.isEmpty && bystanders.isEmpty) else { return }
    var costs: [Double] = []
    costs.reserveCapacity((held.count + bystanders.count) * observations.count)
    for place in held {
      let player = places[place].player!
      for observation in observations {
        let isPossible =
          player.unseen <= Self.weakTime
          ? settings.crowd.keeps(observation.pose, in: size) : settings.crowd.admits(observation.pose, in: size)
        costs.append(isPossible ? cost(player, observation) : .infinity)
      }
    }
    for bystander in bystanders {
      let price = bystander.motion.seenFor >= settings.acquaintance ? 0 : Self.newcomerPrice
      for observation in observations { costs.append(price + cost(bystander.motion, observation)) }
    }
    let columns = HungarianAssignment.columns(
      costs: costs, rows: held.count + bystanders.count, columns: observations.count, limit: Self.limit)
    for (row, column) in columns.enumerated() {
      guard let column else { continue }
      let observation = observations[column]
      if row < held.count {
        places[held[row]].player!.update(observation, at: now)
        places[held[row]].pose = observation.index
      } else {
        bystanders[row - held.count].motion.update(observation, at: now)
        bystanders[row - held.count].pose = observation.index
      }
    }
  }

  /// The square of the mean keypoint distance, with a difference in size as a further distance, in gates.
  private func cost(_ person: Tracklet, _ observation: Observation) -> Double {
    guard let distance = person.shape.meanDistance(to: observation.shape),
      observation.isConfident || person.unseen <= Self.weakTime
    else { return .infinity }
    let gate = gate(of: person) * (observation.isConfident ? 1 : Self.weakGate)
    let place = distance / person.size
    let growth = Self.sizeWeight * log(observation.size / person.size)
    guard abs(growth) < Self.sizeWeight * log(settings.sizeRatio) else { return .infinity }
    let cost = (place * place + growth * growth) / (gate * gate)
    guard cost < 1 else { return .infinity }
    // The wider the net, the less a catch says.
    return cost + Self.widthWeight * (1 - settings.gate / max(settings.gate, gate))
      + (observation.isConfident ? 0 : Self.weakPrice)
  }

  /// How far from the predicted place someone may be, in body sizes.
  func gate(of person: Tracklet) -> Double {
    min(settings.widestGate, settings.gate + settings.gateGrowth * person.unseen)
  }
}

extension Box {
  /// The share of the box that lies within another.
  fileprivate func share(within other: Box) -> Float {
    let width = min(x2, other.x2) - max(x1, other.x1)
    let height = min(y2, other.y2) - max(y1, other.y1)
    return width > 0 && height > 0 ? width * height / area : 0
  }
}
