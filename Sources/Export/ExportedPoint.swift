import Kapao

/// A keypoint that has a position, as the formats of other programs show it.
package struct ExportedPoint: Hashable, Sendable {
  /// Horizontal position in pixels of the upright picture.
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
