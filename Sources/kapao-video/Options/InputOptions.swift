import ArgumentParser
import VideoIO

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

  @Option(help: "Format of the input (libav's name), where it cannot be recognised.")
  var inputFormat: String?

  func validate() throws {
    if let rotate, ![0, 90, 180, 270].contains(rotate) { throw ValidationError("--rotate must be 0, 90, 180 or 270.") }
    for (name, time) in [("--start", start), ("--end", end)] {
      if let time, time.seconds > 1e9 { throw ValidationError("\(name) must be at most 1000000000 seconds.") }
    }
    if let start, let end, end.seconds <= start.seconds { throw ValidationError("--end must be after --start.") }
  }

  var readerOptions: ReaderOptions {
    var options = ReaderOptions()
    options.start = start?.seconds
    options.end = end?.seconds
    options.rotate = rotate
    options.videoStreamIndex = videoStream
    options.format = inputFormat
    return options
  }
}
