import ArgumentParser
import VideoIO

/// How the annotated video is encoded.
struct EncodingOptions: ParsableArguments {
  @Option(help: "Encoder (libav's name). Default: H.264 where the container can hold it.")
  var codec: String?

  @Option(help: "Constant quality, smaller is better. Default: the encoder's.")
  var crf: Double?

  @Option(help: "The encoder's preset. Default: superfast with x264, veryfast with x265.")
  var encoderPreset: String?

  @Option(help: "Container (libav's name). Default: by the file's extension, Matroska on standard output.")
  var format: String?

  @Option(
    help: "Size of the annotated pictures in pixels: a width, such as 480, or width and height, such as 480x270.")
  var outputSize: PictureSize?

  @Flag(
    help:
      "Write an MP4 so that it can be played up to its last seconds if the program is killed: as .OUT.recoverable-PID."
  )
  var recoverable = false

  var writerOptions: WriterOptions {
    var options = WriterOptions()
    options.codec = codec
    options.crf = crf
    options.preset = encoderPreset
    options.format = format
    options.width = outputSize?.width
    options.height = outputSize?.height
    options.isRecoverable = recoverable
    return options
  }
}

/// The value of `--output-size`: a width, or width and height.
struct PictureSize: ExpressibleByArgument {
  let width: Int
  let height: Int?

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard (1...2).contains(sides.count), sides.allSatisfy((16...16384).contains) else { return nil }
    width = sides[0]
    height = sides.count > 1 ? sides[1] : nil
  }
}
