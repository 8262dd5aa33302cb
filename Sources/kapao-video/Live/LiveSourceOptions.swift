import ArgumentParser
import Pipeline

extension RTSPTransport: ExpressibleByArgument {}

/// How a live source is read.
struct LiveSourceOptions: ParsableArguments {
  @Option(help: "How RTSP's pictures travel: tcp or udp.")
  var rtspTransport: RTSPTransport = .tcp

  @Option(help: "Pictures a second that are looked at, at most. Default: as many as the machine can.")
  var maxFps: Double?

  @Option(help: "Seconds without a picture before the source is connected again.")
  var stallTimeout: Double = 5

  @Option(
    name: .customLong("source-option"),
    help: "Option of libav for the source as KEY=VALUE, for example framerate=30 (repeatable).")
  var options: [KeyValue] = []

  @Flag(help: "Leave the source's sound out of the videos.")
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
    let options = Dictionary(options.map { ($0.key, $0.value) }) { $1 }
    var source = try LiveSource(text, transport: rtspTransport, options: options)
    source.loops = loop && source.kind == .file
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
