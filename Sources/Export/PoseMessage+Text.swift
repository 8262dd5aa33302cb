import Kapao
import Support

extension TextBuffer {
  /// Appends a frame's poses as JSON without spaces, keypoints in the skeleton's order.
  package mutating func append(json message: PoseMessage) {
    append("{\"frame\":")
    append(message.frame)
    append(",\"time_s\":")
    append(json: message.time, decimals: 6)
    if let pts = message.pts {
      append(",\"pts\":")
      append(pts)
    }
    if let clock = message.clock {
      append(",\"clock\":")
      append(json: clock, decimals: 3)
    }
    append(",\"people\":[")
    for (index, person) in message.people.enumerated() {
      if index > 0 { append("," as Unicode.Scalar) }
      append(json: person)
    }
    append("]}")
  }

  private mutating func append(json person: PoseMessage.Person) {
    append("{\"track_id\":")
    if let trackID = person.trackID { append(trackID) } else { append("null") }
    append(",\"score\":")
    append(json: person.score, decimals: 4)
    if let state = person.state {
      append(",\"state\":")
      append(jsonString: state)
    }
    append(",\"bbox\":[")
    for (index, value) in person.box.enumerated() {
      if index > 0 { append("," as Unicode.Scalar) }
      append(json: value, decimals: 2)
    }
    append("]")
    if let position = person.position { append(json: position) }
    append(",\"keypoints\":{")
    for (index, name) in person.keypoints.names.enumerated() {
      if index > 0 { append("," as Unicode.Scalar) }
      append(jsonString: name)
      append(":" as Unicode.Scalar)
      append(json: person.keypoints.points[index])
    }
    append("}}")
  }

  private mutating func append(json position: PoseMessage.Position) {
    append(",\"position\":{\"x_m\":")
    append(json: position.x, decimals: 3)
    append(",\"y_m\":")
    append(json: position.y, decimals: 3)
    append(",\"speed_m_s\":")
    append(json: position.speed, decimals: 3)
    append(",\"distance_m\":")
    append(json: position.distance, decimals: 2)
    append(",\"zones\":{")
    for (index, zone) in position.zones.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { append("," as Unicode.Scalar) }
      append(jsonString: zone.key)
      append(":" as Unicode.Scalar)
      append(jsonString: zone.value)
    }
    append("}}")
  }

  private mutating func append(json point: PoseMessage.Point?) {
    guard let point else { return append("null") }
    append("{\"x\":")
    append(json: point.x, decimals: 2)
    append(",\"y\":")
    append(json: point.y, decimals: 2)
    append(",\"conf\":")
    append(json: point.confidence, decimals: 4)
    append(point.source == .keypointObject ? ",\"src\":\"kp\"}" : ",\"src\":\"pose\"}")
  }

  private mutating func append(json value: Double?, decimals: Int) { append(json: value ?? .nan, decimals: decimals) }
}
