import ArgumentParser
import Foundation
import Pipeline
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

/// `kapao-video devices`.
struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the webcams of this machine, as stream takes them.",
    discussion: "EXAMPLE: kapao-video stream /dev/video0, or by name: kapao-video stream 'v4l2:HD Webcam'")

  func run() {
    let cameras = Webcam.all()
    if cameras.isEmpty { print("No webcam is connected.") }
    for camera in cameras { print("\(camera.path)\t\(camera.name)") }
  }
}

/// What `probe` prints.
struct MediaInfoText {
  let lines: [String]

  init(_ info: MediaInfo) {
    var first = "\(info.input): \(info.container)"
    if let duration = info.duration { first += String(format: ", %.3f s", duration) }
    if let start = info.startTime, start != 0 { first += String(format: ", starts at %.3f s", start) }
    if let bitRate = info.bitRate { first += ", \(bitRate / 1000) kbit/s" }
    lines =
      [first]
      + info.streams.map { stream in
        let mark = stream.index == info.videoStreamIndex ? "*" : " "
        return "\(mark) \(stream.index): \(Self.text(stream))"
      }
  }

  private static func text(_ stream: StreamInfo) -> String {
    var parts = ["\(stream.kind.rawValue) \(stream.codec)" + (stream.profile.map { " (\($0))" } ?? "")]
    if let video = stream.video { parts += text(video) }
    if let audio = stream.audio { parts += ["\(audio.sampleRate) Hz", "\(audio.channels) channels"] }
    if let language = stream.language { parts.append(language) }
    if stream.isAttachedPicture { parts.append("attached picture") }
    parts.append("time base \(stream.timeBase)")
    return parts.joined(separator: ", ")
  }

  private static func text(_ video: StreamInfo.Video) -> [String] {
    var parts = ["\(video.width)x\(video.height)"]
    if video.rotation != 0 || video.isMirrored {
      parts.append(
        "turned by \(video.rotation) degrees" + (video.isMirrored ? " and mirrored" : "")
          + " to \(video.uprightSize)")
    }
    if let aspect = video.sampleAspectRatio { parts.append("pixels \(aspect)") }
    if let rate = video.frameRate {
      parts.append(String(format: "%.3f frames/s (%@)", rate.doubleValue, rate.description))
    }
    if let count = video.frameCount { parts.append("\(count) frames") }
    parts.append(video.pixelFormat)
    parts += [video.colourRange, video.colourMatrix, video.fieldOrder].compactMap { $0 }
    return parts
  }
}
