import Foundation
import Kapao

extension PlayerTracker {
  /// Mean keypoint distance in body sizes below which two poses of a frame are the same person's.
  private static let duplicateDistance = 0.12
  /// What it costs to leave someone without a pose, where 1 is the cost at the gate: a little more, so that two who both
  /// move far are both found.
  private static let limit = 1.3
  /// The weight of a difference in size, as a factor on its logarithm.
  private static let sizeWeight = 0.5
  /// What a wide gate costs at most.
  private static let widthWeight = 0.25
  /// What taking a weak pose costs.
  private static let weakPrice = 0.1
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

  /// Assigns the frame's poses to players and bystanders together; whoever is left with confidence is a new bystander.
  ///
  /// Weak poses take part at once, at a price: where two people hide each other, one is often found with both their
  /// limbs, and the weak pose is what tells which of them that is.
  mutating func follow(_ observations: [Observation], now: Double, size: ImageSize) {
    assign(observations, now: now, size: size)
    let taken = Set(places.compactMap(\.pose) + bystanders.compactMap(\.pose))
    for observation in observations where observation.isConfident && !taken.contains(observation.index) {
      guard settings.crowd.keeps(observation.pose, in: size) else { continue }
      lastNumber += 1
      let motion = Tracklet(observation, at: now, number: lastNumber)
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
