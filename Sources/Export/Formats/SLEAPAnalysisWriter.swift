import Kapao

/// SLEAP's analysis CSV: a row for each person of each frame, none for a frame with nobody.
///
/// Columns: `track` (`track_3`; empty without tracking), `frame_idx` (from 0), `instance.score`, and for each keypoint
/// `NAME.x`, `NAME.y`, `NAME.score`. A missing keypoint is three empty fields; the score of a keypoint that no keypoint
/// object confirmed is the person's.
package final class SLEAPAnalysisWriter: FrameTextWriter, @unchecked Sendable {
  // @unchecked: as its superclass.

  private let context: ExportContext

  /// Opens the output; a file that exists is replaced by the first frame.
  ///
  /// - Throws: `OutputError` where it cannot be created.
  package init(path: String, context: ExportContext) throws {
    self.context = context
    try super.init(path: path)
  }

  override func append(_ record: FrameRecord) {
    for person in record.people { append(ExportedPerson(person, context: context), frame: record.index) }
  }

  override func appendHeader() {
    text.append("track,frame_idx,instance.score")
    for name in context.skeleton.keypointNames {
      for column in ["x", "y", "score"] { text.append(",\(name).\(column)") }
    }
    text.append("\n")
  }

  private func append(_ person: ExportedPerson, frame: Int) {
    if let trackID = person.trackID { text.append("track_\(trackID)") }
    text.append("," as Unicode.Scalar)
    text.append(frame)
    text.append("," as Unicode.Scalar)
    text.append(person.score, decimals: 4)
    for point in person.keypoints {
      guard let point else {
        text.append(",,,")
        continue
      }
      text.append("," as Unicode.Scalar)
      text.append(point.x, decimals: 2)
      text.append("," as Unicode.Scalar)
      text.append(point.y, decimals: 2)
      text.append("," as Unicode.Scalar)
      text.append(point.confidence, decimals: 4)
    }
    text.append("\n" as Unicode.Scalar)
  }
}
