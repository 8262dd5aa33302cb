import Kapao

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
  package let box: ExportedBox?
  /// One for each keypoint of the skeleton; `nil` where it is missing.
  package let keypoints: [ExportedPoint?]

  /// A person of a frame.
  package init(_ person: PersonRecord, context: ExportContext) {
    let pose = person.pose
    let score = pose.score.isFinite ? Double(pose.score).rounded(decimals: 4) : 0
    trackID = person.trackID
    self.score = score
    box = ExportedBox(pose.box)
    keypoints = (0..<context.skeleton.count).map { index in
      guard index < pose.keypoints.count else { return nil }
      return ExportedPoint(pose.keypoints[index], personScore: score, keypointObjectsOnly: context.keypointObjectsOnly)
    }
  }

  /// The smallest box around the keypoints; `nil` if there are none.
  package var extent: ExportedBox? {
    let points = keypoints.compactMap { $0 }
    guard let left = points.map(\.x).min(), let right = points.map(\.x).max(), let top = points.map(\.y).min(),
      let bottom = points.map(\.y).max()
    else { return nil }
    return ExportedBox(x: left, y: top, width: right - left, height: bottom - top)
  }
}
