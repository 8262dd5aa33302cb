import Export
import Kapao
import Logging
import Pipeline
import Support

/// Publishes a stream's poses: `PREFIX/STREAM/poses` for each frame, and `PREFIX/STREAM/state` (`streaming`, `away` when
/// the source is, `offline` when this program is), which is retained and the will: it is right whatever happens.
package final class MQTTSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let topic: String
  private let skeleton: Skeleton
  private let keypointObjectsOnly: Bool
  private let client: MQTTClient
  private var text = TextBuffer()
  private var state: String?

  /// Connects to the broker.
  ///
  /// - Throws: `MQTTError`.
  package init(
    _ address: MQTTAddress, stream: String, skeleton: Skeleton, keypointObjectsOnly: Bool = false
  ) throws {
    topic = "\(address.prefix)/\(stream)"
    self.skeleton = skeleton
    self.keypointObjectsOnly = keypointObjectsOnly
    client = try MQTTClient(address, name: Self.clientName(stream), will: (topic: "\(topic)/state", payload: "offline"))
  }

  /// Removes what a broker has retained of a stream that there is no more.
  ///
  /// - Throws: `MQTTError`.
  static func clear(_ address: MQTTAddress, stream: String) throws {
    let client = try MQTTClient(address, name: clientName(stream), will: nil)
    try client.publish("\(address.prefix)/\(stream)/state", [UInt8](), retain: true)
    try client.disconnect()
  }

  /// A name that no other connection to the broker has.
  private static func clientName(_ stream: String) -> String {
    "kapao-video-\(stream)-\(String(UInt32.random(in: .min ... .max), radix: 36))"
  }

  package func write(_ frame: LiveFrame) throws {
    let now = frame.record == nil ? "away" : "streaming"
    if now != state {
      try client.publish("\(topic)/state", now.utf8, retain: true)
      state = now
    }
    guard let record = frame.record else { return }
    text.removeAll()
    text.append(
      json: PoseMessage(
        record, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, date: frame.date))
    try client.publish("\(topic)/poses", text.bytes)
  }

  package func finish() throws {
    try client.publish("\(topic)/state", "offline".utf8, retain: true)
    try client.disconnect()
  }

  package func abandon() { client.close() }
}

extension LiveOutput {
  /// Poses for an MQTT broker.
  package static func mqtt(
    _ address: MQTTAddress, stream: String, skeleton: Skeleton, keypointObjectsOnly: Bool, log: Logger
  ) -> LiveOutput {
    LiveOutput(address.description, stream: stream, content: .all, capacity: 32, log: log) {
      try MQTTSink(address, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly)
    }
  }
}
