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

  var writerOptions: WriterOptions {
    var options = WriterOptions()
    options.codec = codec
    options.crf = crf
    options.preset = encoderPreset
    options.format = format
    return options
  }
}
