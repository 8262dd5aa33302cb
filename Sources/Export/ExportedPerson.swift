import Kapao
import Support

/// A person as the formats of other programs show it.
///
/// Positions are rounded to a hundredth of a pixel and scores to four decimals, as in the native CSV, before anything is
/// computed from them: a format therefore holds the same text whether it comes from a video or from the native CSV.
package struct ExportedPerson: Hashable, Sendable {
  /// The identity that a tracker gave, if any.
  package let trackID: Int?
  /// The person's score, 0…1.
  package let score: Double
  /// The person's box; `nil` where it has no finite corners.
  package let box: Box?
  /// One for each keypoint of the skeleton; `nil` where it is missing.
  package let keypoints: [ExportedPoint?]

  /// A person of a frame.
  package init(_ person: PersonRecord, context: ExportContext) {
    let pose = person.pose
    let score = pose.score.isFinite ? Double(pose.score).rounded(decimals: 4) : 0
    trackID = person.trackID
    self.score = score
    box = pose.box.rounded
    keypoints = (0..<context.skeleton.count).map { index in
      guard index < pose.keypoints.count else { return nil }
      return ExportedPoint(pose.keypoints[index], personScore: score, keypointObjectsOnly: context.keypointObjectsOnly)
    }
  }
}

extension Box {
  /// The box with corners rounded to hundredths of a pixel, no side negative; `nil` where a corner is no number.
  fileprivate var rounded: Box? {
    guard x1.isFinite, y1.isFinite, x2.isFinite, y2.isFinite else { return nil }
    let (left, top, right, bottom) = (Self.rounded(x1), Self.rounded(y1), Self.rounded(x2), Self.rounded(y2))
    return Box(x1: left, y1: top, x2: max(left, right), y2: max(top, bottom))
  }

  private static func rounded(_ value: Float) -> Float { Float(Double(value).rounded(decimals: 2)) }

  /// Left, top, width and height.
  var cornerAndSize: [Double] {
    [Double(x1), Double(y1), Double(x2) - Double(x1), Double(y2) - Double(y1)]
  }
}

extension TextBuffer {
  /// Appends `[x,y,width,height]`.
  mutating func append(json box: Box) {
    append("[" as Unicode.Scalar)
    for (index, value) in box.cornerAndSize.enumerated() {
      if index > 0 { append("," as Unicode.Scalar) }
      append(json: value, decimals: 2)
    }
    append("]" as Unicode.Scalar)
  }
}

/// A keypoint that has a position, as the formats of other programs show it.
package struct ExportedPoint: Hashable, Sendable {
  /// Horizontal position in pixels of the upright frame.
  package let x: Double
  /// Vertical position in pixels, downwards.
  package let y: Double
  /// How sure the position is, 0…1, for formats that demand one number: the confidence of the fused keypoint object,
  /// and the person's score where the position was regressed with the person, since that score is all that the network
  /// says of it. It is never 0 for want of a keypoint object: everyone who filters would throw away good joints.
  package let confidence: Double
  /// Where the position comes from; `nil` for points computed from several.
  package let source: Keypoint.Source?

  /// A point.
  package init(x: Double, y: Double, confidence: Double, source: Keypoint.Source? = nil) {
    self.x = x
    self.y = y
    self.confidence = confidence
    self.source = source
  }

  /// A keypoint; `nil` if it has no finite position, or if only confirmed ones are wanted and it is not.
  package init?(_ keypoint: Keypoint, personScore: Double, keypointObjectsOnly: Bool) {
    guard keypoint.isShown(keypointObjectsOnly: keypointObjectsOnly) else { return nil }
    let isFused = keypoint.source == .keypointObject && keypoint.confidence.isFinite
    self.init(
      x: Double(keypoint.x).rounded(decimals: 2), y: Double(keypoint.y).rounded(decimals: 2),
      confidence: isFused ? Double(keypoint.confidence).rounded(decimals: 4) : personScore, source: keypoint.source)
  }

  /// The point amid others, as sure as the least sure of them; `nil` if one is missing.
  package static func centre(of points: [ExportedPoint?]) -> ExportedPoint? {
    let present = points.compactMap { $0 }
    guard let first = present.first, present.count == points.count else { return nil }
    guard present.count > 1 else { return first }
    let count = Double(present.count)
    return ExportedPoint(
      x: (present.map(\.x).reduce(0, +) / count).rounded(decimals: 2),
      y: (present.map(\.y).reduce(0, +) / count).rounded(decimals: 2),
      confidence: present.map(\.confidence).min() ?? 0)
  }
}

extension TextBuffer {
  /// Appends `x,y,confidence`, and `0,0,0` for a point that is missing.
  package mutating func append(json point: ExportedPoint?) {
    guard let point else { return append("0,0,0") }
    append(json: point.x, decimals: 2)
    append("," as Unicode.Scalar)
    append(json: point.y, decimals: 2)
    append("," as Unicode.Scalar)
    append(json: point.confidence, decimals: 4)
  }
}

extension Keypoint {
  /// Whether exports have this keypoint: its position is finite, and it is confirmed if only confirmed ones are wanted.
  package func isShown(keypointObjectsOnly: Bool) -> Bool {
    x.isFinite && y.isFinite && (source == .keypointObject || !keypointObjectsOnly)
  }
}
