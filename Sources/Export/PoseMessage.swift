import Analysis
import Foundation
import Kapao
import Support

/// One frame's poses as JSON: the record that lines of NDJSON and messages to MQTT have in common, described in
/// docs/api.md. Names are those of the native CSV's columns; coordinates are pixels of the upright frame.
package struct PoseMessage: Codable, Hashable, Sendable {
  /// A person of the frame.
  package struct Person: Codable, Hashable, Sendable {
    /// The identity; `nil` without tracking.
    package let trackID: Int?
    /// How the pose was obtained (`PersonRecord.State`); `nil` where every pose was detected in its frame.
    package let state: String?
    /// The person's score, 0…1; `nil` where it is no number.
    package let score: Double?
    /// Left, top, right and bottom edge of the person's box in pixels; `nil` where it is no number.
    package let box: [Double?]
    /// Where the person is on the court; `nil` without a court, and where the person is not on it.
    package let position: Position?
    /// The keypoints by name; missing ones are `nil` or left out.
    package let keypoints: [String: Point?]

    private enum CodingKeys: String, CodingKey {
      case trackID = "track_id"
      case state, score
      case box = "bbox"
      case position, keypoints
    }
  }

  /// A place on the court, and how somebody moves there.
  package struct Position: Codable, Hashable, Sendable {
    /// Across the court, metres.
    package let x: Double
    /// Along the court, metres.
    package let y: Double
    /// Metres a second; `nil` in the first half second.
    package let speed: Double?
    /// Metres since the first sight.
    package let distance: Double
    /// The court's zones by set, for example `thirds`: `front third`.
    package let zones: [String: String]

    private enum CodingKeys: String, CodingKey {
      case x = "x_m"
      case y = "y_m"
      case speed = "speed_m_s"
      case distance = "distance_m"
      case zones
    }

    /// Rounded to millimetres.
    package init(_ state: RunningMovement.State) {
      x = state.position.x.rounded(decimals: 3)
      y = state.position.y.rounded(decimals: 3)
      speed = state.speed?.rounded(decimals: 3)
      distance = state.distance.rounded(decimals: 2)
      zones = state.zones
    }
  }

  /// A keypoint.
  package struct Point: Codable, Hashable, Sendable {
    /// Horizontal position in pixels.
    package let x: Double
    /// Vertical position in pixels, downwards.
    package let y: Double
    /// Confidence of the fused keypoint object, 0…1; `nil` where the position comes with the pose object.
    package let confidence: Double?
    /// Where the position comes from.
    package let source: Keypoint.Source

    private enum CodingKeys: String, CodingKey {
      case x, y
      case confidence = "conf"
      case source = "src"
    }
  }

  /// The frame's number from 0.
  package let frame: Int
  /// Presentation time in seconds.
  package let time: Double
  /// Presentation time in the source's time base; in NDJSON only.
  package let pts: Int64?
  /// When the frame arrived, in seconds since 1970; in messages of live streams only.
  package let clock: Double?
  /// The people in the frame.
  package let people: [Person]

  private enum CodingKeys: String, CodingKey {
    case frame
    case time = "time_s"
    case pts, clock, people
  }

  /// A frame of a live stream.
  ///
  /// - Parameters:
  ///   - date: When the frame arrived.
  ///   - keypointObjectsOnly: Leaves keypoints out that no keypoint object confirmed.
  package init(_ record: FrameRecord, date: Date, skeleton: Skeleton, keypointObjectsOnly: Bool = false) {
    frame = record.index
    time = record.time.rounded(decimals: 6)
    pts = nil
    clock = date.timeIntervalSince1970.rounded(decimals: 3)
    people = record.people.map { Person($0, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly) }
  }
}

extension PoseMessage.Person {
  fileprivate init(_ person: PersonRecord, skeleton: Skeleton, keypointObjectsOnly: Bool) {
    let pose = person.pose
    let shown = zip(skeleton.keypointNames, pose.keypoints).filter {
      $0.1.isShown(keypointObjectsOnly: keypointObjectsOnly)
    }
    self.init(
      trackID: person.trackID, state: person.state.rawValue, score: number(pose.score, decimals: 4),
      box: [pose.box.x1, pose.box.y1, pose.box.x2, pose.box.y2].map { number($0, decimals: 2) },
      position: person.position.map { PoseMessage.Position($0) },
      keypoints: Dictionary(shown.map { ($0, PoseMessage.Point($1)) }, uniquingKeysWith: { $1 }))
  }
}

extension PoseMessage.Point {
  fileprivate init(_ point: Keypoint) {
    self.init(
      x: Double(point.x).rounded(decimals: 2), y: Double(point.y).rounded(decimals: 2),
      confidence: point.source == .keypointObject ? number(point.confidence, decimals: 4) : nil, source: point.source)
  }
}

/// A rounded number; `nil` for what JSON cannot hold.
private func number(_ value: Float, decimals: Int) -> Double? {
  value.isFinite ? Double(value).rounded(decimals: decimals) : nil
}
