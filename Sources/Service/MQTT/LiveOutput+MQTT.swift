import Kapao
import Logging
import Pipeline

extension LiveOutput {
  /// Poses for an MQTT broker.
  public static func mqtt(
    _ address: MQTTAddress, stream: String, skeleton: Skeleton, keypointObjectsOnly: Bool, log: Logger
  ) -> LiveOutput {
    LiveOutput(address.description, stream: stream, content: .pictures, capacity: 32, log: log) {
      try MQTTSink(address, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly)
    }
  }
}
