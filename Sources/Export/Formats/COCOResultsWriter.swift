import Kapao
import Support

/// COCO's JSON of keypoint results: one list of all people of all frames, as `pycocotools` reads it with `loadRes`.
///
/// A person is `{"image_id", "category_id": 1, "keypoints": [x, y, confidence × K], "score", "bbox": [x, y, w, h]}`, with
/// `track_id` where there is one (COCO's tools ignore it). `image_id` is the frame's number from 0, so ground truth to
/// compare with must number its images alike. A missing keypoint is `0, 0, 0`, as the format demands; the confidence of a
/// keypoint that no keypoint object confirmed is the person's score.
///
/// The list is of use only when it is closed: it appears under its name when the run is over.
package final class COCOResultsWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  private let context: ExportContext
  private let file: StagedFile
  private var text = TextBuffer()
  private var hasFrames = false
  private var hasPeople = false
  private var isFinished = false

  /// Opens the output.
  ///
  /// - Throws: `OutputError` where it cannot be created.
  package init(path: String, context: ExportContext) throws {
    self.context = context
    file = try StagedFile(path: path)
  }

  /// Where the list goes.
  package var path: String { file.path }

  /// Writes a frame's people.
  package func write(_ record: FrameRecord) throws {
    text.removeAll()
    for person in record.people {
      text.append(hasPeople ? ",\n" : "[\n")
      hasPeople = true
      append(ExportedPerson(person, context: context), image: record.index)
    }
    try file.append(text.bytes)
    hasFrames = true
  }

  /// Closes the list; without people it is empty.
  package func finish() throws {
    guard !isFinished else { return }
    isFinished = true
    text.removeAll()
    text.append(hasPeople ? "\n]\n" : "[]\n")
    try file.append(text.bytes)
    try file.finish()
  }

  /// Keeps the frames that were written; without any, leaves nothing.
  package func abandon() {
    if hasFrames { try? finish() }
    file.abandon()
  }

  private func append(_ person: ExportedPerson, image: Int) {
    text.append("{\"image_id\":")
    text.append(image)
    text.append(",\"category_id\":1,\"keypoints\":[")
    for (index, point) in person.keypoints.enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      text.append(json: point)
    }
    text.append("],\"score\":")
    text.append(json: person.score, decimals: 4)
    if let box = person.box {
      text.append(",\"bbox\":")
      text.append(json: box)
    }
    if let trackID = person.trackID {
      text.append(",\"track_id\":")
      text.append(trackID)
    }
    text.append("}")
  }
}
