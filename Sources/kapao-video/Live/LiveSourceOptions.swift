import ArgumentParser
import Pipeline
import Service
import VideoIO
import YAMLFile

extension RTSPTransport: ExpressibleByArgument {}

/// How a live source is read.
struct LiveSourceOptions: ParsableArguments {
  @Option(help: "How RTSP is transported: tcp or udp.")
  var rtspTransport: RTSPTransport = .tcp

  @Option(help: "Format of the source (libav's name, such as mjpeg or h264), where it cannot be recognised.")
  var inputFormat: String?

  @Option(help: "Frames a second that are processed, at most. Default: as many as the machine can.")
  var maxFps: Double?

  @Option(help: "Seconds without a frame before the source is connected again.")
  var stallTimeout: Double = 5

  @Option(
    name: .customLong("source-option"),
    help: "Option of libav for the source as KEY=VALUE, for example framerate=30 (repeatable).")
  var options: [KeyValue] = []

  @Option(
    help:
      "What decodes beside the processor: auto, cuda, vaapi, qsv or v4l2m2m; where it cannot, the processor does, and a line says so."
  )
  var hwaccel = HardwareDecoding.none

  @OptionGroup var tls: TLSArguments

  @Flag(help: "Leave the source's audio out of the videos.")
  var noSound = false

  @Flag(help: "Begin a file again at its end.")
  var loop = false

  func validate() throws {
    if let maxFps, !(maxFps > 0 && maxFps <= 1000) {
      throw ValidationError("--max-fps must be above 0 and at most 1000.")
    }
    guard stallTimeout >= 1, stallTimeout <= 3600 else {
      throw ValidationError("--stall-timeout must be between 1 and 3600 seconds.")
    }
  }

  func source(_ text: String) throws -> LiveSource {
    let options = Dictionary(options.map { ($0.key, $0.value) }) { $1 }.merging(tls.options) { $1 }
    var source = try LiveSource(text, transport: rtspTransport, format: inputFormat, options: options)
    source.loops = loop && source.kind == .file
    source.hardware = hwaccel
    guard tls.options.isEmpty || source.mayBeEncrypted else {
      throw ValidationError("--no-tls-verify and --ca-file are for https://, rtmps:// and rtsps:// only.")
    }
    return source
  }
}

/// `KEY=VALUE`.
struct KeyValue: ExpressibleByArgument {
  let key: String
  let value: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    key = String(argument[..<sign])
    value = String(argument[argument.index(after: sign)...])
  }
}

extension SecretText {
  /// A text of the command line with everything filled in.
  static func expand(argument text: String) throws -> String {
    do {
      return try SecretText().expand(text).get()
    } catch {
      throw ValidationError("\(error).")
    }
  }
}
