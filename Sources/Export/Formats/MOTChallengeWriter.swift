import Kapao

/// MOTChallenge's text: `frame,id,left,top,width,height,score,-1,-1,-1`, a line for each person, without a header.
///
/// Frames count from 1 here, unlike in every other format. `id` is the track, and -1 without tracking, as in the
/// challenge's files of detections. A frame with nobody has no line, and neither has a person whose box has no finite
/// corners. There are no keypoints: the format knows boxes only.
public final class MOTChallengeWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  private let context: ExportContext
  private let file: OutputFile
  private var text = TextBuffer()
  private var hasContent = false

  /// Opens the output; a file that exists is replaced by the first frame.
  ///
  /// - Throws: `ExportError` where it cannot be created.
  public init(path: String, context: ExportContext) throws {
    self.context = context
    file = try OutputFile(path: path)
  }

  /// Where the lines go.
  public var path: String { file.path }

  /// Writes a frame's lines.
  public func write(_ record: FrameRecord) throws {
    text.removeAll()
    for person in record.people {
      let person = ExportedPerson(person, context: context)
      guard let box = person.box else { continue }
      text.append(record.index + 1)
      text.append("," as Unicode.Scalar)
      text.append(person.trackID ?? -1)
      for value in [box.x, box.y, box.width, box.height] {
        text.append("," as Unicode.Scalar)
        text.append(value, decimals: 2)
      }
      text.append("," as Unicode.Scalar)
      text.append(person.score, decimals: 4)
      text.append(",-1,-1,-1\n")
    }
    try file.append(text.bytes)
    hasContent = true
  }

  /// Closes the file; a run with nobody leaves an empty one.
  public func finish() throws {
    if !hasContent { try file.append([]) }
    hasContent = true
    try file.close()
  }

  /// Closes the file; removes it if it is new and got no frame.
  public func abandon() { file.abandon() }
}
