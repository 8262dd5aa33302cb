import Kapao

/// The CSV of the official demo (`demos/video.py --csv`), to compare with it: `x,y,c` for every keypoint of every person
/// of a frame in one row, people by falling score, no header, an empty row for nobody, CR LF line ends.
///
/// Its traps are its own: neither frame, time nor identity, rows of different widths, and `c` is 0 for a keypoint that no
/// keypoint object confirmed, which says nothing of its quality. Numbers have all their digits. A keypoint that is
/// missing, which the demo never has, is two empty fields and 0. As the demo draws only keypoints that a keypoint object
/// confirmed with `--kp-obj` but writes all of them, so does this with ``ExportContext/keypointObjectsOnly``.
package final class OfficialCSVWriter: FrameTextWriter, @unchecked Sendable {
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
    // Enumerated, as the order of equal scores must be kept.
    let people = record.people.enumerated().sorted {
      ($1.element.pose.score, $0.offset) < ($0.element.pose.score, $1.offset)
    }
    var isFirst = true
    for (_, person) in people {
      for index in 0..<context.skeleton.count {
        if !isFirst { text.append("," as Unicode.Scalar) }
        isFirst = false
        append(index < person.pose.keypoints.count ? person.pose.keypoints[index] : nil)
      }
    }
    text.append("\r\n")
  }

  private func append(_ keypoint: Keypoint?) {
    guard let keypoint, keypoint.isShown(keypointObjectsOnly: false) else {
      return text.append(",,0")
    }
    let confidence = keypoint.source == .keypointObject && keypoint.confidence.isFinite ? keypoint.confidence : 0
    text.append("\(Double(keypoint.x)),\(Double(keypoint.y)),\(Double(confidence))")
  }
}
