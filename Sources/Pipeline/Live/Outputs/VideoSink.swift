import Foundation
import Kapao
import Logging
import VideoIO

/// An annotated video that is written while it happens: a file, or a push to a server. A change of size or of
/// the kind of sound ends it and begins the next one (for files under a name with a number).
final class VideoSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let names: PartNames
  private let path: String
  private let options: WriterOptions
  private let log: Logger
  private var writer: VideoWriter?
  private var shape: Shape?
  /// How many of the writer's warnings are in the log.
  private var told = 0

  /// What cannot change within a video.
  private struct Shape {
    let size: ImageSize
    let isFullRange: Bool
    let sound: [PassthroughStream]

    init(_ live: LiveFrame) {
      size = live.frame.size
      isFullRange = live.frame.isFullRange
      sound = live.sound.streams
    }

    func isContinued(by other: Shape) -> Bool {
      size == other.size && isFullRange == other.isFullRange && sound.count == other.sound.count
        && zip(sound, other.sound).allSatisfy { $0.isContinued(by: $1) }
    }
  }

  /// Writes to a file (`.mp4`, `.mkv`, `.ts`, `.m3u8`) or pushes to an `rtsp`, `rtmp`, `srt` or `udp` URL.
  convenience init(_ path: String, codec: String?, log: Logger) {
    self.init(PartNames(path), path: path, codec: codec, log: log)
  }

  init(_ names: PartNames, path: String, codec: String?, libavOptions: [String: String] = [:], log: Logger) {
    self.names = names
    self.path = path
    self.log = log
    options = Self.options(path, codec: codec, libavOptions: libavOptions)
  }

  /// Options for an encoder without delay and a container that can be read at any moment.
  static func options(_ path: String, codec: String?, libavOptions: [String: String]) -> WriterOptions {
    var options = WriterOptions()
    options.inPlace = true
    options.codec = codec
    let lower = path.lowercased()
    var libav: [String: String] = [:]
    if codec == nil || codec == "libx264" {
      libav = ["tune": "zerolatency", "preset": "superfast", "g": "50", "forced-idr": "1"]
    }
    if path.contains("://") {
      options.timeout = 4
      if lower.hasPrefix("rtsp") {
        options.format = "rtsp"
        libav["rtsp_transport"] = "tcp"
      } else if lower.hasPrefix("rtmp") {
        options.format = "flv"
      } else {
        options.format = "mpegts"
      }
    } else {
      libav["flush_packets"] = "1"
      if lower.hasSuffix(".m3u8") {
        options.format = "hls"
        libav.merge([
          "hls_time": "2", "hls_list_size": "6", "hls_flags": "delete_segments+independent_segments+temp_file",
        ]) { $1 }
      } else if lower.hasSuffix(".mkv") {
        libav["cluster_time_limit"] = "1000"
      }
    }
    libav.merge(libavOptions) { $1 }
    options.libavOptions = libav
    return options
  }

  /// Encodes a picture and copies its sound.
  func write(_ live: LiveFrame) throws {
    let new = Shape(live)
    if let shape, !shape.isContinued(by: new) {
      try writer?.finish()
      writer = nil
    }
    shape = new
    if let writer { try writer.write(live.frame) } else { writer = try begin(with: live) }
    for packet in live.sound.packets { try writer?.write(packet) }
    tellNews()
    if options.format == "hls" { try checkSpace() }
  }

  /// A writer that has its first picture. Sound that the container refuses is left out.
  private func begin(with live: LiveFrame) throws -> VideoWriter {
    var template = OutputTemplate(timeBase: LiveFrame.timeBase)
    template.passthrough = live.sound.streams
    do {
      return try begin(with: live.frame, template)
    } catch let error as VideoError where !live.sound.streams.isEmpty && !error.code.isTransient {
      template.passthrough = []
      let writer = try begin(with: live.frame, template)
      log.warning("the sound is left out: \(Redaction.redact("\(error)"))")
      return writer
    }
  }

  private func begin(with frame: VideoFrame, _ template: OutputTemplate) throws -> VideoWriter {
    let writer = try VideoWriter(names.next(), options: options, template: template)
    try writer.write(frame)
    told = writer.warnings.count
    for warning in writer.warnings { log.warning("\(warning)") }
    return writer
  }

  /// Says once for each stream of sound that packets of it are left out.
  private func tellNews() {
    guard let warnings = writer?.warnings, warnings.count > told else { return }
    for warning in warnings[told...] { log.warning("\(warning)") }
    told = warnings.count
  }

  /// libav's writer of playlists does not notice that its files remain empty.
  private func checkSpace() throws {
    var numbers = statvfs()
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if statvfs(folder, &numbers) == 0, numbers.f_bavail == 0 { throw PipelineError.noSpace(path) }
  }

  /// Encodes what is left and writes the end.
  func finish() throws {
    if let writer, writer.frameCount > 0 { try writer.finish() }
    writer = nil
  }

  /// Closes it after an error.
  func abandon() { writer?.abandon() }
}
