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
    text.append("{\"frame\":")
    text.append(record.index)
    text.append(",\"time_s\":")
    text.append(json: record.time, decimals: 6)
    text.append(",\"pts\":")
    text.append(record.pts)
    text.append(",\"people\":[")
    for (index, person) in record.people.enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      append(person)
    }
    text.append("]}\n")
  }

  private func append(_ person: PersonRecord) {
    let pose = person.pose
    text.append("{\"track_id\":")
    if let trackID = person.trackID { text.append(trackID) } else { text.append("null") }
    text.append(",\"score\":")
    text.append(json: Double(pose.score), decimals: 4)
    if context.hasStates {
      text.append(",\"state\":")
      text.append(jsonString: person.state.rawValue)
    }
    text.append(",\"bbox\":[")
    for (index, value) in [pose.box.x1, pose.box.y1, pose.box.x2, pose.box.y2].enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      text.append(json: Double(value), decimals: 2)
    }
    text.append("]")
    if let position = person.position { append(PoseMessage.Position(position)) }
    text.append(",\"keypoints\":{")
    for (index, name) in context.skeleton.keypointNames.enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      text.append(jsonString: name)
      text.append(":" as Unicode.Scalar)
      append(index < pose.keypoints.count ? pose.keypoints[index] : nil)
    }
    text.append("}}")
  }

  private func append(_ position: PoseMessage.Position) {
    text.append(",\"position\":{\"x_m\":")
    text.append(json: position.x, decimals: 3)
    text.append(",\"y_m\":")
    text.append(json: position.y, decimals: 3)
    text.append(",\"speed_m_s\":")
    text.append(json: position.speed ?? .nan, decimals: 3)
    text.append(",\"distance_m\":")
    text.append(json: position.distance, decimals: 2)
    text.append(",\"zones\":{")
    for (index, zone) in position.zones.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      text.append(jsonString: zone.key)
      text.append(":" as Unicode.Scalar)
      text.append(jsonString: zone.value)
    }
    text.append("}}")
  }

  private func append(_ keypoint: Keypoint?) {
    guard let keypoint, keypoint.isShown(keypointObjectsOnly: context.keypointObjectsOnly) else {
      return text.append("null")
    }
    text.append("{\"x\":")
    text.append(json: Double(keypoint.x), decimals: 2)
    text.append(",\"y\":")
    text.append(json: Double(keypoint.y), decimals: 2)
    text.append(",\"conf\":")
    text.append(json: keypoint.source == .keypointObject ? Double(keypoint.confidence) : .nan, decimals: 4)
    text.append(keypoint.source == .keypointObject ? ",\"src\":\"kp\"}" : ",\"src\":\"pose\"}")
  }
}
