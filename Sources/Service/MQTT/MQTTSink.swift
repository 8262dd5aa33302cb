import Export
import Foundation
import Kapao
import Pipeline

/// Publishes a stream's poses: `PREFIX/STREAM/poses` for each picture, `PREFIX/STREAM/available` (`online` or `offline`,
/// retained, also as the will) and `PREFIX/STREAM/source` (`streaming` or `away`, retained).
package final class MQTTSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let topic: String
  private let skeleton: Skeleton
  private let keypointObjectsOnly: Bool
  private let client: MQTTClient
  private let encoder = JSONEncoder()
  private var source: String?

  /// Connects to the broker.
  ///
  /// - Throws: `MQTTError`.
  package init(
    _ address: MQTTAddress, stream: String, skeleton: Skeleton, keypointObjectsOnly: Bool = false
  ) throws {
    topic = "\(address.prefix)/\(stream)"
    self.skeleton = skeleton
    self.keypointObjectsOnly = keypointObjectsOnly
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    client = try MQTTClient(
      address, name: "kapao-video-\(stream)-\(String(UInt32.random(in: .min ... .max), radix: 36))",
      will: (topic: "\(topic)/available", payload: "offline"))
    try client.publish("\(topic)/available", "online".utf8, retain: true)
  }

  package func write(_ frame: LiveFrame) throws {
    let now = frame.record == nil ? "away" : "streaming"
    if now != source {
      try client.publish("\(topic)/source", now.utf8, retain: true)
      source = now
    }
    guard let record = frame.record else { return }
    let message = PoseMessage(
      record, date: frame.date, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly)
    try client.publish("\(topic)/poses", encoder.encode(message))
  }

  package func finish() throws {
    try client.publish("\(topic)/available", "offline".utf8, retain: true)
    try client.disconnect()
  }

  package func abandon() { client.close() }
}
