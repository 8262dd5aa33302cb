import ArgumentParser
import Foundation
import Kapao
import Logging
import Pipeline
import Service
import YAMLFile

/// Where the results of a live stream go.
struct LiveOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help:
      "Annotated video: a file (.mp4, .mkv, .ts), a playlist for browsers (.m3u8), or a server to push to (rtsp://, rtmp://, srt://, udp://). Repeatable."
  )
  var output: [String] = []

  @Option(help: "Folder to record the annotated video to, in files of --segment length.")
  var record: String?

  @Option(help: "Length of a recorded file: seconds, or with a unit (30s, 10m, 1h).")
  var segment: TimeSpan = TimeSpan(seconds: 600)

  @Option(help: "How long recorded files are kept (12h, 7d). Default: for ever.")
  var keep: TimeSpan?

  @Option(help: "How much recorded files may take together (500MB, 20GB). Default: any amount.")
  var keepSize: ByteCount?

  @Option(help: "CSV of the poses to write.")
  var csv: String?

  @Option(help: "Poses as JSON to write, one object a line.")
  var ndjson: String?

  @Option(help: "MQTT broker to publish the poses to: mqtt://USER:PASSWORD@HOST:PORT/PREFIX, or mqtts:// with TLS.")
  var mqtt: String?

  @Option(help: "Authorities that may vouch for an mqtts:// broker (PEM). Default: those that the system trusts.")
  var mqttCaFile: String?

  @Option(help: "Certificate to show to an mqtts:// broker (PEM).")
  var mqttCertFile: String?

  @Option(help: "Key of --mqtt-cert-file (PEM).")
  var mqttKeyFile: String?

  @Option(help: "Encoder of the annotated videos (libav's name). Default: H.264.")
  var codec: String?

  @Flag(inversion: .prefixedNo, help: "Check the certificates of rtmps:// and https:// outputs.")
  var outputTlsVerify = true

  @Option(help: "Authorities that may vouch for the servers of outputs (PEM). Default: those that the system trusts.")
  var outputCaFile: String?

  func validate() throws {
    guard segment.seconds >= 1 else { throw ValidationError("--segment must be at least a second.") }
    var files = [mqttCaFile, mqttCertFile, mqttKeyFile].compactMap { $0 }
    guard files.isEmpty || mqtt?.hasPrefix("mqtts://") == true else {
      throw ValidationError("certificates are for --mqtt mqtts:// only.")
    }
    guard (mqttCertFile == nil) == (mqttKeyFile == nil) else {
      throw ValidationError("--mqtt-cert-file and --mqtt-key-file go together.")
    }
    if let outputCaFile { files.append(outputCaFile) }
    for file in files where !FileManager.default.isReadableFile(atPath: file) {
      throw ValidationError("cannot read the file \(file).")
    }
  }

  func receivers(
    stream: String, skeleton: Skeleton, keypointObjectsOnly: Bool, hasStates: Bool, log: Logger
  ) throws -> [any LiveReceiver] {
    var receivers: [any LiveReceiver] = []
    for path in output {
      let path = try SecretText.expand(argument: path)
      var options: [String: String] = [:]
      if !outputTlsVerify { options["tls_verify"] = "0" }
      options["ca_file"] = outputCaFile
      try LiveOutput.checkVideo(path, codec: codec, options: options)
      receivers.append(LiveOutput.video(path, stream: stream, codec: codec, options: options, log: log))
    }
    if let record {
      try LiveOutput.checkVideo("\(record)/x.mkv", codec: codec)
      receivers.append(
        LiveOutput.recording(
          record, stream: stream, seconds: segment.seconds,
          retention: Retention(age: keep?.seconds, bytes: keepSize?.bytes), codec: codec, log: log))
    }
    for (path, format) in [(csv, LivePoseFormat.csv), (ndjson, .ndjson)] {
      guard let path else { continue }
      receivers.append(
        LiveOutput.poses(
          path, format: format, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly,
          hasStates: hasStates, log: log))
    }
    if let mqtt {
      guard var address = MQTTAddress(try SecretText.expand(argument: mqtt)) else {
        throw ValidationError("--mqtt takes an address such as mqtt://host:1883/prefix.")
      }
      address.tls?.authorities = mqttCaFile
      address.tls?.certificate = mqttCertFile
      address.tls?.key = mqttKeyFile
      receivers.append(
        LiveOutput.mqtt(
          address, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, log: log))
    }
    return receivers
  }
}

extension TimeSpan: ExpressibleByArgument {
  /// Reads `600`, `10m` and the like.
  package init?(argument: String) { self.init(argument) }

  /// In seconds.
  package var defaultValueDescription: String { "\(Int(seconds))s" }
}

extension ByteCount: ExpressibleByArgument {
  /// Reads `20GB` and the like.
  package init?(argument: String) { self.init(argument) }
}
