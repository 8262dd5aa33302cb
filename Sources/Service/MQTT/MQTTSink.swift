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
  private let connection: MQTTConnection
  private let encoder = JSONEncoder()
  private var source: String?

  /// Connects to the broker.
  ///
  /// - Throws: `MQTTError`.
  package init(_ address: MQTTAddress, stream: String, skeleton: Skeleton) throws {
    topic = "\(address.prefix)/\(stream)"
    self.skeleton = skeleton
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let will = (topic: "\(topic)/available", payload: Array("offline".utf8))
    connection = try MQTTConnection(
      address, client: "kapao-video-\(stream)-\(ProcessInfo.processInfo.processIdentifier)", will: will)
    try connection.publish("\(topic)/available", Array("online".utf8), retain: true)
  }

  package func write(_ frame: LiveFrame) throws {
    try connection.keepUp()
    let now = frame.record == nil ? "away" : "streaming"
    if now != source {
      try connection.publish("\(topic)/source", Array(now.utf8), retain: true)
      source = now
    }
    guard let record = frame.record else { return }
    let message = PoseMessage(record, date: frame.date, skeleton: skeleton)
    try connection.publish("\(topic)/poses", Array(encoder.encode(message)))
  }

  package func finish() throws {
    try connection.publish("\(topic)/available", Array("offline".utf8), retain: true)
    try connection.disconnect()
  }

  package func abandon() { connection.close() }
}
