import ArgumentParser
import Foundation
import VideoIO

extension ReaderOptions.HDR: ExpressibleByArgument {}
extension HardwareDecoding: ExpressibleByArgument {}

/// How the input is read.
struct InputOptions: ParsableArguments {
  @Option(help: "Where to start: seconds or h:m:s.")
  var start: TimePosition?

  @Option(help: "Where to end: seconds or h:m:s.")
  var end: TimePosition?

  @Option(help: "Turn the picture clockwise by 0, 90, 180 or 270 degrees instead of what the file says.")
  var rotate: Int?

  @Option(help: "Index of the video stream. Default: the best one.")
  var videoStream: Int?

  @Option(help: "Frames a second of pictures and raw streams, such as 30 or 30000/1001. Default: 25.")
  var inputRate: String?

  @Option(help: "Format of the input (libav's name), where it cannot be recognised.")
  var inputFormat: String?

  @Option(help: "High dynamic range and BT.2020: tone-map (to BT.709), or keep (the numbers as they are, in 8 bits).")
  var hdr = ReaderOptions.HDR.toneMap

  @Option(
    help:
      "What decodes beside the processor: auto, cuda, vaapi, qsv or v4l2m2m; where it cannot, the processor does, and a line says so."
  )
  var hwaccel = HardwareDecoding.none

  @OptionGroup var tls: TLSArguments

  func validate() throws {
    if let rotate, ![0, 90, 180, 270].contains(rotate) { throw ValidationError("--rotate must be 0, 90, 180 or 270.") }
    if let inputRate {
      let parts = inputRate.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) ?? 0 }
      let rate = parts.count == 1 ? parts[0] : parts.count == 2 ? parts[0] / parts[1] : 0
      guard rate > 0, rate <= 1000 else { throw ValidationError("--input-rate must be between 0 and 1000.") }
    }
    for (name, time) in [("--start", start), ("--end", end)] {
      if let time, time.seconds > 1e9 { throw ValidationError("\(name) must be at most 1000000000 seconds.") }
    }
    if let start, let end, end.seconds <= start.seconds { throw ValidationError("--end must be after --start.") }
  }

  /// Checks inputs of which there are several: pictures that are the frames of one video.
  static func check(_ inputs: [String]) throws {
    guard inputs.count > 1 else { return }
    for input in inputs where !PictureList.isPicture(input) {
      throw ValidationError("\(input) is no picture: several inputs are the frames of one video.")
    }
  }

  var readerOptions: ReaderOptions {
    var options = ReaderOptions()
    options.start = start?.seconds
    options.end = end?.seconds
    options.rotate = rotate
    options.videoStreamIndex = videoStream
    options.format = inputFormat
    options.hdr = hdr
    options.hardware = hwaccel
    options.libavOptions = tls.options
    options.frameRate = inputRate
    return options
  }
}

/// A time in a video: seconds (`90.5`) or hours, minutes and seconds (`1:30.5`, `0:01:30.5`).
struct TimePosition: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard (1...3).contains(parts.count) else { return nil }
    var seconds = 0.0
    for (index, part) in parts.enumerated() {
      guard let part, part >= 0, part.isFinite, index == 0 || part < 60 else { return nil }
      seconds = seconds * 60 + part
    }
    self.seconds = seconds
  }
}

/// How the certificate of an encrypted input's server is checked.
struct TLSArguments: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Check the certificate of an https://, rtmps:// or rtsps:// input.")
  var tlsVerify = true

  @Option(help: "Authorities that may vouch for the input's server (PEM). Default: those that the system trusts.")
  var caFile: String?

  func validate() throws {
    if let caFile, !FileManager.default.isReadableFile(atPath: caFile) {
      throw ValidationError("cannot read the file \(caFile).")
    }
  }

  /// As options of libav.
  var options: [String: String] {
    var options: [String: String] = [:]
    if !tlsVerify { options["tls_verify"] = "0" }
    options["ca_file"] = caFile
    return options
  }
}
