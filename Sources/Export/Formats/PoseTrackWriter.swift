import Kapao
import Support

/// PoseTrack 2018's JSON: `images`, `annotations` and `categories`, one file for a video.
///
/// Keypoints are PoseTrack's 17: no eyes, `head_bottom` is the middle of the shoulders, `head_top` is missing (CrowdPose's
/// skeleton has both, but no nose and ears). `keypoints` has `x, y, 1`, and `0, 0, 0` for a missing one, as the format
/// demands; `scores` has the confidences, which for a keypoint that no keypoint object confirmed is the person's score.
/// Without tracking `track_id` is the person's position in its frame and means nothing.
///
/// Image ids are `10000010000` + the frame's number from 0: video 000001. The file appears under its name when the run is
/// over.
package final class PoseTrackWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  private static let firstImage = 10_000_010_000

  private let context: ExportContext
  private let markers: MarkerSet
  private let file: StagedFile
  private var text = TextBuffer()
  private var frames: [Int] = []
  private var annotationCount = 0
  private var isFinished = false

  /// Opens the output.
  ///
  /// - Throws: `OutputError` where it cannot be created.
  package init(path: String, context: ExportContext) throws {
    self.context = context
    markers = MarkerSet(.poseTrack18, skeleton: context.skeleton)
    file = try StagedFile(path: path)
  }

  /// Where the JSON goes.
  package var path: String { file.path }

  /// Writes a frame's annotations.
  package func write(_ record: FrameRecord) throws {
    text.removeAll()
    if frames.isEmpty { text.append("{\"annotations\":[") }
    for (index, person) in record.people.enumerated() {
      text.append(annotationCount > 0 ? ",\n" : "\n")
      annotationCount += 1
      append(ExportedPerson(person, context: context), position: index, image: Self.firstImage + record.index)
    }
    try file.append(text.bytes)
    frames.append(record.index)
  }

  /// Writes the list of images, which needs the count of frames, and closes the file.
  package func finish() throws {
    guard !isFinished else { return }
    isFinished = true
    text.removeAll()
    if frames.isEmpty { text.append("{\"annotations\":[") }
    text.append("],\n\"images\":[")
    for (position, frame) in frames.enumerated() {
      text.append(position > 0 ? ",\n" : "\n")
      let image = Self.firstImage + frame
      let digits = String(frame)
      let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
      text.append("{\"id\":\(image),\"frame_id\":\(image),\"vid_id\":\"000001\",\"file_name\":")
      text.append(jsonString: "images/\(context.video)/\(name).jpg")
      text.append(",\"nframes\":\(frames.count),\"is_labeled\":true}")
    }
    text.append("],\n\"categories\":[{\"id\":1,\"name\":\"person\",\"supercategory\":\"person\",\"keypoints\":[")
    text.append(markers.names.map { "\"\($0)\"" }.joined(separator: ","))
    text.append("]}]}\n")
    try file.append(text.bytes)
    try file.finish()
  }

  /// Keeps the frames that were written; without any, leaves nothing.
  package func abandon() {
    if !frames.isEmpty { try? finish() }
    file.abandon()
  }

  private func append(_ person: ExportedPerson, position: Int, image: Int) {
    let points = markers.points(of: person)
    text.append("{\"id\":\(annotationCount),\"image_id\":\(image),\"category_id\":1,\"track_id\":")
    text.append(person.trackID ?? position)
    text.append(",\"score\":")
    text.append(json: person.score, decimals: 4)
    if let box = person.box {
      text.append(",\"bbox\":")
      text.append(json: box)
    }
    text.append(",\"keypoints\":[")
    for (index, point) in points.enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      text.append(json: point.map { ExportedPoint(x: $0.x, y: $0.y, confidence: 1) })
    }
    text.append("],\"scores\":[")
    for (index, point) in points.enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      text.append(json: point?.confidence ?? 0, decimals: 4)
    }
    text.append("]}")
  }
}
