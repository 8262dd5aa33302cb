import Kapao

/// MOTChallenge's text: `frame,id,left,top,width,height,score,-1,-1,-1`, a line for each person, without a header.
///
/// Frames count from 1 here, unlike in every other format. `id` is the track, and -1 without tracking, as in the
/// challenge's files of detections. A frame with nobody has no line, and neither has a person whose box has no finite
/// corners. There are no keypoints: the format knows boxes only.
package final class MOTChallengeWriter: FrameTextWriter, @unchecked Sendable {
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
    for person in record.people {
      let person = ExportedPerson(person, context: context)
      guard let box = person.box else { continue }
      text.append(record.index + 1)
      text.append("," as Unicode.Scalar)
      text.append(person.trackID ?? -1)
      for value in box.cornerAndSize {
        text.append("," as Unicode.Scalar)
        text.append(value, decimals: 2)
      }
      text.append("," as Unicode.Scalar)
      text.append(person.score, decimals: 4)
      text.append(",-1,-1,-1\n")
    }
  }
}
