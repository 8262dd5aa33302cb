import Kapao

/// Remembers the ways of people with an identity.
///
/// The way is that of the middle between the hips, or of the box where the skeleton has no hips. A way is interrupted
/// where someone was not seen for `longestGap`, and all are forgotten where time goes back.
package struct Trails {
  /// Seconds without a sight that a line is still drawn across.
  package static let longestGap = 0.5

  private struct Point {
    var time: Double
    var x: Double
    var y: Double
  }

  private var ways: [Int: [Point]] = [:]
  private var last = -Double.infinity

  package init() {}

  /// Takes a frame's people; returns the lines to draw, oldest first, of the last `seconds`.
  package mutating func update(
    _ people: [TrackedPose], at time: Double?, skeleton: Skeleton, seconds: Double
  ) -> [TrailPiece] {
    guard seconds > 0, let time, time.isFinite else { return [] }
    if time < last { ways.removeAll() }
    last = time
    for person in people {
      guard let identity = person.trackID, let place = Self.place(of: person.pose, skeleton: skeleton) else {
        continue
      }
      ways[identity, default: []].append(Point(time: time, x: place.x, y: place.y))
    }
    ways = ways.compactMapValues { way in
      let kept = Array(way.drop { time - $0.time > seconds })
      return kept.isEmpty ? nil : kept
    }
    return ways.sorted { $0.key < $1.key }.flatMap { identity, way in
      zip(way, way.dropFirst()).compactMap { from, to in
        guard to.time - from.time <= Self.longestGap else { return nil }
        return TrailPiece(
          identity: identity, segment: Segment(x1: from.x, y1: from.y, x2: to.x, y2: to.y),
          age: min(1, (time - to.time) / seconds))
      }
    }
  }

  private static func place(of pose: Pose, skeleton: Skeleton) -> (x: Double, y: Double)? {
    let hips = ["left_hip", "right_hip"].compactMap { skeleton.keypointNames.firstIndex(of: $0) }
    var place = (x: Double(pose.box.x1 + pose.box.x2) / 2, y: Double(pose.box.y1 + pose.box.y2) / 2)
    if hips.count == 2, hips.allSatisfy({ $0 < pose.keypoints.count }) {
      let (left, right) = (pose.keypoints[hips[0]], pose.keypoints[hips[1]])
      place = (Double(left.x + right.x) / 2, Double(left.y + right.y) / 2)
    }
    return place.x.isFinite && place.y.isFinite ? place : nil
  }
}

/// A piece of the way that someone has gone.
package struct TrailPiece: Hashable {
  package var identity: Int
  package var segment: Segment
  /// From 0 (now) to 1 (about to vanish).
  package var age: Double
}
