import ArgumentParser
import Foundation
import VideoIO

/// `kapao-video probe`.
struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what is in a video, as annotate will read it.",
    discussion: """
      EXAMPLES:
        kapao-video probe match.mp4
        kapao-video probe match.mp4 --json
      """)

  @Argument(help: "Video to read: a file or a URL.")
  var input: String

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup(title: "Input") var inputOptions: InputOptions

  func run() throws {
    let info = try VideoReader.probe(input, options: inputOptions.readerOptions)
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      print(String(decoding: try encoder.encode(info), as: UTF8.self))
    } else {
      print(MediaInfoText(info).lines.joined(separator: "\n"))
    }
    guard info.videoStream != nil else {
      throw VideoError(
        operation: "probe", input: info.input, code: .streamNotFound, detail: "no video stream", kind: .unusableInput)
    }
  }
}
