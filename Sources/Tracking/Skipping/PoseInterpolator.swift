import Kapao

/// The people in frames in which nobody was looked for, from the frames before and after in which they were (files).
///
/// * Whom the tracker follows on both sides is put on the straight way between, in time.
/// * Whoever was found on one side only came or went somewhere in between, most likely in the middle: the frames of the
///   nearer half have the person, moved by the speed of the body, for `TrackedPose.longestExtrapolation` at most.
/// * At the end of the video, where there is no other side, people move on as long.
///
/// An identity that somebody is given at the later side holds from the first frame that was skipped. Those known but not
/// seen stay so, so that a smoother can fill the gap.
public struct PoseInterpolator: Sendable {
  private let size: ImageSize
  private var last: TrackedFrame?
  /// Times of the frames that were skipped since.
  private var skipped: [Double] = []

  /// An interpolator for one stream of pictures of a size.
  public init(size: ImageSize) { self.size = size }

  /// Takes a frame in which nobody was looked for; it comes out with the next in which people were.
  public mutating func skip(at time: Double) { skipped.append(time) }

  /// Takes the people of a frame in which they were looked for; gives the skipped frames before it, then itself.
  public mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] {
    defer {
      last = frame
      skipped.removeAll(keepingCapacity: true)
    }
    guard !skipped.isEmpty else { return [frame] }
    return between(frame) + [frame]
  }

  /// The frames that are still in, at the end of the video.
  public mutating func finish() -> [TrackedFrame] {
    defer { skipped.removeAll() }
    return skipped.map { time in
      let seconds = max(0, time - (last?.time ?? time))
      return TrackedFrame(
        time: time, people: last?.people.compactMap { $0.extrapolated(by: seconds, size: size) } ?? [])
    }
  }

  private func between(_ next: TrackedFrame) -> [TrackedFrame] {
    let last = last ?? TrackedFrame(time: skipped[0], people: [])
    let pairs = Self.pairs(last.people, next.people)
    let span = next.time - last.time
    return skipped.enumerated().map { index, time in
      // Where time stands still or goes back, the frames are evenly between.
      let share = span > 0 ? min(1, max(0, (time - last.time) / span)) : Double(index + 1) / Double(skipped.count + 1)
      let people = pairs.compactMap { person(before: $0, after: $1, share: share, span: max(0, span)) }
      return TrackedFrame(time: time, people: Self.ordered(people))
    }
  }

  /// The same person on both sides, as far as found there.
  private static func pairs(_ before: [TrackedPose], _ after: [TrackedPose]) -> [(TrackedPose?, TrackedPose?)] {
    var rest = after
    var pairs: [(TrackedPose?, TrackedPose?)] = []
    for one in before {
      let other = rest.firstIndex { $0.followed != nil && $0.followed == one.followed }
      pairs.append((one, other.map { rest.remove(at: $0) }))
    }
    return pairs + rest.map { (nil, $0) }
  }

  private func person(before: TrackedPose?, after: TrackedPose?, share: Double, span: Double) -> TrackedPose? {
    if let before, let after, before.isShown, after.isShown {
      var person = before
      person.pose = before.pose.interpolated(to: after.pose, share: share)
      person.state = .interpolated
      person.raw = nil
      // Also someone who was first seen before, and got an identity or a part to play after.
      person.trackID = after.trackID ?? before.trackID
      person.role = after.role ?? before.role
      return person
    }
    let nearer =
      share <= 0.5
      ? before?.extrapolated(by: share * span, size: size) : after?.extrapolated(by: (share - 1) * span, size: size)
    if let nearer { return nearer }
    guard var hidden = before ?? after, hidden.trackID != nil else { return nil }
    hidden.state = .predicted
    hidden.raw = nil
    return hidden
  }

  /// Identities first, in ascending order and each once, as trackers give them: whoever takes over a player's place is
  /// the player, and not also who had it before.
  private static func ordered(_ people: [TrackedPose]) -> [TrackedPose] {
    func rank(_ person: TrackedPose) -> Int {
      person.state == .interpolated ? 0 : person.isShown ? 1 : 2
    }
    let known = people.filter { $0.trackID != nil }.sorted { ($0.trackID!, rank($0)) < ($1.trackID!, rank($1)) }
    var result: [TrackedPose] = []
    for person in known where result.last?.trackID != person.trackID { result.append(person) }
    return result + people.filter { $0.trackID == nil }
  }
}
