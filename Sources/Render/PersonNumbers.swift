import Kapao

/// Gives people without an identity a number that stays theirs from frame to frame, so that colours do not flicker.
///
/// It follows boxes by overlap, for colours only: it is no tracker.
package struct PersonNumbers {
  private struct Known {
    var box: Box
    var number: Int
    var age: Int
  }

  private var known: [Known] = []
  /// Frames for which a person who was not found keeps the number.
  private let patience = 15
  private let leastOverlap: Float = 0.2

  package init() {}

  /// Numbers for one frame's people, in their order: the identity where there is one.
  package mutating func numbers(for people: [TrackedPose]) -> [Int] {
    var numbers = people.map(\.trackID)
    for index in known.indices { known[index].age += 1 }
    known.removeAll { $0.age > patience }

    var pairs: [(overlap: Float, person: Int, known: Int)] = []
    for (person, each) in people.enumerated() where each.trackID == nil {
      for (index, candidate) in known.enumerated() {
        let overlap = Self.overlap(each.pose.box, candidate.box)
        if overlap > leastOverlap { pairs.append((overlap, person, index)) }
      }
    }
    var isTaken = [Bool](repeating: false, count: known.count)
    for pair in pairs.sorted(by: { $0.overlap > $1.overlap }) where numbers[pair.person] == nil && !isTaken[pair.known]
    {
      numbers[pair.person] = known[pair.known].number
      known[pair.known].box = people[pair.person].pose.box
      known[pair.known].age = 0
      isTaken[pair.known] = true
    }
    var used = Set(known.map(\.number)).union(numbers.compactMap { $0 })
    for (person, each) in people.enumerated() where numbers[person] == nil {
      let free = (0...used.count).first { !used.contains($0) } ?? used.count
      used.insert(free)
      numbers[person] = free
      known.append(Known(box: each.pose.box, number: free, age: 0))
    }
    return numbers.map { $0 ?? 0 }
  }

  /// Intersection over union; 0 for boxes that are not finite.
  private static func overlap(_ a: Box, _ b: Box) -> Float {
    let width = min(a.x2, b.x2) - max(a.x1, b.x1)
    let height = min(a.y2, b.y2) - max(a.y1, b.y1)
    guard width > 0, height > 0 else { return 0 }
    let intersection = width * height
    let ratio = intersection / (a.area + b.area - intersection)
    return ratio.isFinite ? ratio : 0
  }
}
