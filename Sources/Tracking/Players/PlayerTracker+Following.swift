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

  /// Assigns the frame's poses to players and bystanders together, confident ones first; whoever is left is a new
  /// bystander.
  mutating func follow(_ observations: [Observation], now: Double, size: ImageSize) {
    assign(observations.filter(\.isConfident), isWeak: false, now: now, size: size)
    assign(observations.filter { !$0.isConfident }, isWeak: true, now: now, size: size)
    let taken = Set(places.compactMap(\.pose) + bystanders.compactMap(\.pose))
    for observation in observations where observation.isConfident && !taken.contains(observation.index) {
      guard settings.crowd.keeps(observation.pose, in: size) else { continue }
      bystanders.append(Bystander(motion: Tracklet(observation, at: now), pose: observation.index))
    }
  }

  private mutating func assign(_ observations: [Observation], isWeak: Bool, now: Double, size: ImageSize) {
    let held = places.indices.filter { mayBeFound(places[$0].player, pose: places[$0].pose, isWeak: isWeak) }
    let others = bystanders.indices.filter {
      mayBeFound(bystanders[$0].motion, pose: bystanders[$0].pose, isWeak: isWeak)
    }
    guard !observations.isEmpty, !(held.isEmpty && others.isEmpty) else { return }
    var costs: [Double] = []
    for place in held {
      for observation in observations {
        let isPossible =
          places[place].player!.unseen <= Self.weakTime
          ? settings.crowd.keeps(observation.pose, in: size) : settings.crowd.admits(observation.pose, in: size)
        costs.append(isPossible ? cost(places[place].player!, observation) : .infinity)
      }
    }
    for other in others {
      for observation in observations { costs.append(cost(bystanders[other].motion, observation)) }
    }
    let columns = HungarianAssignment.columns(
      costs: costs, rows: held.count + others.count, columns: observations.count, limit: Self.limit)
    for (row, column) in columns.enumerated() {
      guard let column else { continue }
      let observation = observations[column]
      if row < held.count {
        places[held[row]].player!.update(observation, at: now)
        places[held[row]].pose = observation.index
      } else {
        bystanders[others[row - held.count]].motion.update(observation, at: now)
        bystanders[others[row - held.count]].pose = observation.index
      }
    }
  }

  private func mayBeFound(_ person: Tracklet?, pose: Int?, isWeak: Bool) -> Bool {
    guard let person, pose == nil else { return false }
    return person.unseen <= (isWeak ? Self.weakTime : settings.holdTime)
  }

  /// The square of the mean keypoint distance, with a difference in size as a further distance, in gates.
  private func cost(_ person: Tracklet, _ observation: Observation) -> Double {
    guard let distance = person.shape.meanDistance(to: observation.shape) else { return .infinity }
    let gate = min(settings.widestGate, settings.gate + settings.gateGrowth * person.unseen)
    let place = distance / person.size
    let growth = Self.sizeWeight * log(observation.size / person.size)
    let cost = (place * place + growth * growth) / (gate * gate)
    // The wider the net, the less a catch says.
    return cost < 1 ? cost + Self.widthWeight * (1 - settings.gate / gate) : .infinity
  }
}
