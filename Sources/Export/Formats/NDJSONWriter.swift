import Kapao

/// Newline-delimited JSON: one object for each frame, written at once, for programs that read along.
///
///     {"frame":0,"time_s":0.0,"pts":0,"people":[{"track_id":1,"score":0.93,"bbox":[x1,y1,x2,y2],
///      "keypoints":{"nose":{"x":400.5,"y":210.25,"conf":0.9,"src":"kp"},"left_eye":{…,"conf":null,"src":"pose"},…}}]}
///
/// (on one line), with `"state"` after the score where the native CSV has that column, and `"position"` after the box of who
/// is on a court. Names and meaning are those of the native CSV: `null` for what is missing, never 0.
package final class NDJSONWriter: FrameTextWriter, @unchecked Sendable {
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
    text.append(
      json: PoseMessage(
        record, skeleton: context.skeleton, keypointObjectsOnly: context.keypointObjectsOnly,
        hasStates: context.hasStates))
    text.append("\n")
  }
}
