import Kapao

/// The native CSV: one row per person per frame, and one row with empty fields for a frame with nobody.
///
/// Columns: `frame`, `time_s` (seconds), `pts` (the source's time base), `track_id` (empty without tracking),
/// `person_score` (0…1), `bbox_x1`, `bbox_y1`, `bbox_x2`, `bbox_y2`, then for each keypoint of the skeleton `NAME_x`,
/// `NAME_y`, `NAME_conf`, `NAME_src`. Coordinates are pixels of the upright frame, y downwards.
///
/// * `src` is `kp` where a keypoint object was fused and `pose` where the position was regressed with the person.
/// * `conf` is the fused keypoint object's confidence, and empty for `pose`: there is none, and a 0 would make
///   everyone who filters by confidence throw away good joints. In pandas it reads as NaN and stays out of means;
///   choose joints by `src`, and by `person_score` how sure the person is.
/// * All four fields empty: the keypoint was suppressed (`keypointObjectsOnly`) or has no finite position. Never (0, 0).
///
/// Where frames are skipped, and with smoothing, the column `state` follows: how the pose was obtained
/// (`PersonRecord.State`). With smoothing, at the end for each keypoint `NAME_x_raw` and `NAME_y_raw`, the position as it
/// was found; empty where nothing was found.
///
/// RFC 4180 with LF line ends, UTF-8, a point for decimals in every locale: 2 decimals for coordinates, 4 for scores,
/// 6 for seconds.
///
/// The rows go to the final name, not to a temporary one, so that a run can be watched with `tail -f`, and each frame
/// reaches the system in one call before `write` returns: whatever ends the program, every row in the file is whole.
/// That a run was complete is said by the side-car, see `RunDescription`.
package final class PoseCSVWriter: FrameTextWriter, @unchecked Sendable {
  // @unchecked: as its superclass.

  private let skeleton: Skeleton
  private let keypointObjectsOnly: Bool
  private let hasStates: Bool
  private let hasRawPositions: Bool

  /// Opens a CSV file; one that exists is replaced by the first frame, not before.
  ///
  /// - Parameters:
  ///   - path: The file, or `-` for standard output.
  ///   - skeleton: Names the keypoints.
  ///   - keypointObjectsOnly: Leaves the keypoints empty that no keypoint object confirmed.
  ///   - hasStates: Adds the column `state`.
  ///   - hasRawPositions: Adds the columns that go with smoothing, `state` among them.
  /// - Throws: `OutputError` where the file cannot be created or written to.
  package init(
    path: String, skeleton: Skeleton, keypointObjectsOnly: Bool = false, hasStates: Bool = false,
    hasRawPositions: Bool = false
  ) throws {
    self.skeleton = skeleton
    self.keypointObjectsOnly = keypointObjectsOnly
    self.hasStates = hasStates || hasRawPositions
    self.hasRawPositions = hasRawPositions
    try super.init(path: path)
  }

  override func append(_ record: FrameRecord) {
    let message = PoseMessage(
      record, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, hasStates: hasStates)
    if record.people.isEmpty { appendRow(message, person: nil, found: nil) }
    for (person, found) in zip(message.people, record.people) { appendRow(message, person: person, found: found) }
  }

  override func appendHeader() {
    text.append("frame,time_s,pts,track_id,person_score,bbox_x1,bbox_y1,bbox_x2,bbox_y2")
    for name in skeleton.keypointNames {
      for column in ["x", "y", "conf", "src"] {
        text.append(",")
        text.append(field: "\(name)_\(column)")
      }
    }
    if hasStates { text.append(",state") }
    if hasRawPositions {
      for name in skeleton.keypointNames {
        text.append(",")
        text.append(field: "\(name)_x_raw")
        text.append(",")
        text.append(field: "\(name)_y_raw")
      }
    }
    text.append("\n")
  }

  private func appendRow(_ message: PoseMessage, person: PoseMessage.Person?, found: PersonRecord?) {
    text.append(message.frame)
    append(message.time, decimals: 6)
    text.append("," as Unicode.Scalar)
    if let pts = message.pts { text.append(pts) }
    text.append("," as Unicode.Scalar)
    if let trackID = person?.trackID { text.append(trackID) }
    append(person?.score, decimals: 4)
    for index in 0..<4 { append(person?.box[index], decimals: 2) }
    for index in 0..<skeleton.count { append(person?.keypoints.points[index]) }
    if hasStates {
      text.append("," as Unicode.Scalar)
      if let state = person?.state { text.append(state) }
    }
    if hasRawPositions { appendRaw(found) }
    text.append("\n" as Unicode.Scalar)
  }

  private func appendRaw(_ person: PersonRecord?) {
    let keypoints = person.map { $0.state == .detected ? ($0.raw ?? $0.pose).keypoints : [] } ?? []
    for index in 0..<skeleton.count {
      let keypoint = index < keypoints.count ? keypoints[index] : nil
      let isShown = keypoint.map { $0.source == .keypointObject || !keypointObjectsOnly } ?? false
      append(isShown ? keypoint.map { Double($0.x) } : nil, decimals: 2)
      append(isShown ? keypoint.map { Double($0.y) } : nil, decimals: 2)
    }
  }

  private func append(_ point: PoseMessage.Point?) {
    guard let point else { return text.append(",,,,") }
    append(point.x, decimals: 2)
    append(point.y, decimals: 2)
    append(point.confidence, decimals: 4)
    text.append(point.source == .keypointObject ? ",kp" : ",pose")
  }

  private func append(_ value: Double?, decimals: Int) {
    text.append("," as Unicode.Scalar)
    if let value { text.append(value, decimals: decimals) }
  }
}
