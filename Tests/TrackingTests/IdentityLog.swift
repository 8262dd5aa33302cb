import Kapao
import Tracking

/// Who was taken for whom in a scene.
struct IdentityLog {
  /// The identities that each walker was given, in the order of their first use.
  private(set) var identities: [Int: [Int]] = [:]
  /// Changes of a walker's identity from one sight to the next, and uses of an identity for another walker.
  private(set) var swaps: [(time: Double, name: Int, from: Int, to: Int)] = []
  /// Poses with an identity, and all poses found.
  private(set) var named: [Int: Int] = [:]
  private(set) var found: [Int: Int] = [:]
  private var lastIdentity: [Int: Int] = [:]
  private var owner: [Int: Int] = [:]

  /// Runs a tracker over a scene.
  init(_ scene: SyntheticScene, tracker: some PoseTracker) {
    var tracker = tracker
    for frame in scene.frames() {
      let tracked = tracker.update(frame.found.map(\.pose), at: frame.time, size: scene.size)
      for found in frame.found { add(found, tracked, at: frame.time) }
    }
  }

  private mutating func add(_ one: SyntheticScene.Found, _ tracked: [TrackedPose], at time: Double) {
    found[one.name, default: 0] += 1
    let identity = tracked.first { $0.state == .detected && $0.pose == one.pose }?.trackID
    guard let identity else { return }
    named[one.name, default: 0] += 1
    if !identities[one.name, default: []].contains(identity) { identities[one.name, default: []].append(identity) }
    if let last = lastIdentity[one.name], last != identity { swaps.append((time, one.name, last, identity)) }
    if let other = owner[identity], other != one.name { swaps.append((time, one.name, identity, identity)) }
    lastIdentity[one.name] = identity
    owner[identity] = one.name
  }

  /// The share of a walker's poses that have an identity.
  func coverage(of name: Int) -> Double { Double(named[name] ?? 0) / Double(max(1, found[name] ?? 0)) }
}
