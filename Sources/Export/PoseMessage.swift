import Analysis
import Foundation
import Kapao
import Support

/// One frame's poses as they are written: the record of lines of NDJSON, messages to MQTT and rows of the native CSV, described
/// in docs/api.md. Names are those of the CSV's columns; coordinates are pixels of the upright frame, rounded as they are printed.
///
/// Its encoding is the JSON that ``TextBuffer`` appends several times faster. What is missing is `null`; what a kind of output
/// does not have is left out.
package struct PoseMessage: Codable, Equatable, Sendable {
  /// A person of the frame.
  package struct Person: Codable, Equatable, Sendable {
    /// The identity; `nil` without tracking.
    package let trackID: Int?
    /// The person's score, 0…1; `nil` where it is no number.
    package let score: Double?
    /// How the pose was obtained (`PersonRecord.State`); left out where every pose was detected in its frame.
    package let state: String?
    /// Left, top, right and bottom edge of the person's box in pixels; `nil` where it is no number.
    package let box: [Double?]
    /// Where the person is on the court; left out without a court, and where the person is not on it.
    package let position: Position?
    /// The keypoints.
    package let keypoints: Keypoints

    private enum CodingKeys: String, CodingKey {
      case trackID = "track_id"
      case score, state
      case box = "bbox"
      case position, keypoints
    }

    package func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(trackID, forKey: .trackID)
      try values.encode(score, forKey: .score)
      try values.encodeIfPresent(state, forKey: .state)
      try values.encode(box, forKey: .box)
      try values.encodeIfPresent(position, forKey: .position)
      try values.encode(keypoints, forKey: .keypoints)
    }
  }

  /// The keypoints of a person by name, in the skeleton's order; `nil` for one that is missing.
  package struct Keypoints: Codable, Equatable, Sendable {
    /// The skeleton's names.
    package let names: [String]
    /// One for each name.
    package let points: [Point?]

    fileprivate init(_ keypoints: [Keypoint], skeleton: Skeleton, keypointObjectsOnly: Bool) {
      names = skeleton.keypointNames
      points = names.indices.map { index in
        guard index < keypoints.count, keypoints[index].isShown(keypointObjectsOnly: keypointObjectsOnly) else {
          return nil
        }
        return Point(keypoints[index])
      }
    }

    /// A keypoint; `nil` where it is missing.
    package subscript(name: String) -> Point? { names.firstIndex(of: name).flatMap { points[$0] } }

    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    /// Objects of JSON have no order, so that names are sorted.
    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Name.self)
      let keys = values.allKeys.sorted { $0.stringValue < $1.stringValue }
      names = keys.map(\.stringValue)
      points = try keys.map { try values.decodeIfPresent(Point.self, forKey: $0) }
    }

    package func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Name.self)
      for (name, point) in zip(names, points) { try values.encode(point, forKey: Name(stringValue: name)) }
    }

    package static func == (a: Keypoints, b: Keypoints) -> Bool {
      Dictionary(zip(a.names, a.points)) { $1 } == Dictionary(zip(b.names, b.points)) { $1 }
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

    package func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(x, forKey: .x)
      try values.encode(y, forKey: .y)
      try values.encode(speed, forKey: .speed)
      try values.encode(distance, forKey: .distance)
      try values.encode(zones, forKey: .zones)
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
  package struct Point: Codable, Equatable, Sendable {
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

    fileprivate init?(_ point: Keypoint) {
      guard let x = number(Double(point.x), decimals: 2), let y = number(Double(point.y), decimals: 2) else {
        return nil
      }
      self.x = x
      self.y = y
      confidence = point.source == .keypointObject ? number(Double(point.confidence), decimals: 4) : nil
      source = point.source
    }

    package func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(x, forKey: .x)
      try values.encode(y, forKey: .y)
      try values.encode(confidence, forKey: .confidence)
      try values.encode(source, forKey: .source)
    }
  }

  /// The frame's number from 0.
  package let frame: Int
  /// Presentation time in seconds; `nil` where it is no number.
  package let time: Double?
  /// Presentation time in the source's time base; left out of messages of live streams.
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

  /// A frame.
  ///
  /// - Parameters:
  ///   - keypointObjectsOnly: Leaves keypoints out that no keypoint object confirmed.
  ///   - hasStates: Whether it is said how each pose was obtained.
  ///   - date: When the frame arrived, for a message of a live stream.
  package init(
    _ record: FrameRecord, skeleton: Skeleton, keypointObjectsOnly: Bool = false, hasStates: Bool = true,
    date: Date? = nil
  ) {
    frame = record.index
    time = number(record.time, decimals: 6)
    pts = date == nil ? record.pts : nil
    clock = date?.timeIntervalSince1970.rounded(decimals: 3)
    people = record.people.map { person in
      let box = person.pose.box
      return Person(
        trackID: person.trackID, score: number(Double(person.pose.score), decimals: 4),
        state: hasStates ? person.state.rawValue : nil,
        box: [box.x1, box.y1, box.x2, box.y2].map { number(Double($0), decimals: 2) },
        position: person.position.map { Position($0) },
        keypoints: Keypoints(person.pose.keypoints, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(frame, forKey: .frame)
    try values.encode(time, forKey: .time)
    try values.encodeIfPresent(pts, forKey: .pts)
    try values.encodeIfPresent(clock, forKey: .clock)
    try values.encode(people, forKey: .people)
  }
}

/// A rounded number; `nil` for what JSON cannot hold.
private func number(_ value: Double, decimals: Int) -> Double? {
  value.isFinite && abs(value) < 9e11 ? value.rounded(decimals: decimals) : nil
}
