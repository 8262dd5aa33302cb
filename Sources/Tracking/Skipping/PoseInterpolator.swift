import Kapao

/// The people in frames without detection, interpolated from the detections before and after (files).
///
/// * Whom the tracker follows on both sides is put on the straight way between, in time.
/// * Whoever was found on one side only came or went somewhere in between, most likely in the middle: the frames of the
///   nearer half have the person, moved by the speed of the body, for `TrackedPose.longestExtrapolation` at most.
/// * At the end of the video, where there is no other side, people move on as long.
///
/// An identity that somebody is given at the later side holds from the first frame that was skipped. Those known but not
/// seen stay so, so that a smoother can fill the gap.
package struct PoseInterpolator: Sendable {
  private let size: ImageSize
  private var last: TrackedFrame?
  /// Times of the frames that were skipped since.
  private var skipped: [Double] = []

  /// An interpolator for one stream of frames of a size.
  package init(size: ImageSize) { self.size = size }

  /// Takes a frame without detection; it comes out with the next that has one.
  package mutating func skip(at time: Double) { skipped.append(time) }

  /// Takes the people of a frame with detection; gives the skipped frames before it, then itself.
  package mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] {
    defer {
      last = frame
      skipped.removeAll(keepingCapacity: true)
    }
    guard !skipped.isEmpty else { return [frame] }
    return between(frame) + [frame]
  }

  /// The frames that are still in, at the end of the video.
  package mutating func finish() -> [TrackedFrame] {
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

/// The people in frames without detection, without waiting for later ones: everyone is extrapolated from the last
/// frame with the speed of the body (live video).
package struct PoseExtrapolator: Sendable {
  private var people: [(found: Double, person: TrackedPose)] = []

  /// An extrapolator for one stream.
  package init() {}

  /// Takes the people of a frame with detection, as a tracker gave them.
  package mutating func update(_ frame: TrackedFrame) { people = frame.people.map { (frame.time, $0) } }

  /// Takes a person of such a frame who was found again later, in a crop: from there the way goes on.
  package mutating func update(_ person: TrackedPose, at time: Double) {
    guard let followed = person.followed,
      let index = people.firstIndex(where: { $0.person.followed == followed })
    else { return }
    people[index] = (time, person)
  }

  /// The people at a later time in seconds; nobody `TrackedPose.longestExtrapolation` after having been found.
  package func frame(at time: Double, size: ImageSize) -> TrackedFrame {
    TrackedFrame(
      time: time, people: people.compactMap { $0.person.extrapolated(by: max(0, time - $0.found), size: size) })
  }
}

extension TrackedPose {
  /// Seconds for which a pose extrapolated by its velocity is used.
  package static let longestExtrapolation = Tracklet.Model.coasting

  /// The person so many seconds later (or earlier, where negative), moved as a whole with the speed of the body.
  ///
  /// - Returns: `nil` for someone who is not shown, after `longestExtrapolation`, and out of the frame.
  func extrapolated(by seconds: Double, size: ImageSize) -> TrackedPose? {
    guard isShown, abs(seconds) <= Self.longestExtrapolation + 1e-6 else { return nil }
    var person = self
    person.pose = pose.moved(x: velocity.x * seconds, y: velocity.y * seconds)
    person.pose.box = person.pose.box.clipped(width: size.width, height: size.height)
    person.raw = nil
    person.state = .extrapolated
    return person.pose.box.area > 0 ? person : nil
  }
}

extension Pose {
  /// The pose as a whole moved by so many pixels.
  func moved(x dx: Double, y dy: Double) -> Pose {
    let (dx, dy) = (Float(dx), Float(dy))
    var pose = self
    pose.box = Box(x1: box.x1 + dx, y1: box.y1 + dy, x2: box.x2 + dx, y2: box.y2 + dy)
    for index in pose.keypoints.indices {
      pose.keypoints[index].x += dx
      pose.keypoints[index].y += dy
    }
    return pose
  }

  /// The pose on the straight way from here (`share` 0) to `other` (1): corners, keypoints, score and confidences.
  ///
  /// A keypoint counts as fused where it was on both sides, and has a position where it had one on both.
  func interpolated(to other: Pose, share: Double) -> Pose {
    let share = Float(share)
    func between(_ one: Float, _ two: Float) -> Float { one + (two - one) * share }
    return Pose(
      box: Box(
        x1: between(box.x1, other.box.x1), y1: between(box.y1, other.box.y1), x2: between(box.x2, other.box.x2),
        y2: between(box.y2, other.box.y2)),
      score: between(score, other.score),
      keypoints: zip(keypoints, other.keypoints).map { one, two in
        let isFused = one.source == .keypointObject && two.source == .keypointObject
        return Keypoint(
          x: between(one.x, two.x), y: between(one.y, two.y),
          confidence: isFused ? between(one.confidence, two.confidence) : 0, source: isFused ? .keypointObject : .pose)
      })
  }
}
