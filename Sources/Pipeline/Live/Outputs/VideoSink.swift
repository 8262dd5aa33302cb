import Foundation
import Kapao
import Logging
import Support
import VideoIO

/// An annotated video that is written while it happens: a file, or a push to a server. A change of size or of
/// the kind of audio ends it and begins the next one: for files under a name with a number, in playlists after what is
/// there.
final class VideoSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  /// Seconds from one key frame to the next, and of a segment of a playlist.
  private static let keyFrameInterval = 2.0

  private let names: PartNames
  private let path: String
  private let options: WriterOptions
  /// Whether a playlist is continued, unless the user has said how its segments are named and numbered.
  private let continuesPlaylist: Bool
  private let log: Logger
  private var writer: VideoWriter?
  private var shape: Shape?
  /// What the log says has been left out.
  private var named: Set<String> = []
  /// How many of the writer's warnings are in the log.
  private var told = 0

  /// What cannot change within a video.
  private struct Shape {
    let size: ImageSize
    let isFullRange: Bool
    /// What the container can hold of it.
    let audio: [PassthroughStream]

    init(_ live: LiveFrame, in writer: VideoWriter) {
      size = live.frame.size
      isFullRange = live.frame.isFullRange
      audio = live.audio.streams.filter { writer.reasonToLeaveOut($0) == nil }
    }

    func isContinued(by other: Shape) -> Bool {
      size == other.size && isFullRange == other.isFullRange && hasSameAudio(as: other)
    }

    func hasSameAudio(as other: Shape) -> Bool {
      audio.count == other.audio.count && zip(audio, other.audio).allSatisfy { $0.isContinued(by: $1) }
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
    let own = ["hls_flags", "hls_segment_filename", "hls_segment_type", "start_number"]
    continuesPlaylist = options.format == "hls" && own.allSatisfy { libavOptions[$0] == nil }
  }

  /// Options for an encoder without delay and a container that can be read at any moment.
  static func options(_ path: String, codec: String?, libavOptions: [String: String]) -> WriterOptions {
    var options = WriterOptions()
    options.inPlace = true
    options.codec = codec
    options.keyFrameInterval = libavOptions["hls_time"].flatMap(Double.init) ?? keyFrameInterval
    let lower = path.lowercased()
    var libav: [String: String] = [:]
    if codec == nil || codec == "libx264" {
      libav = ["tune": "zerolatency", "preset": "superfast"]
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
          "hls_time": "\(keyFrameInterval)", "hls_list_size": "6",
          "hls_flags": "delete_segments+independent_segments+temp_file+omit_endlist",
        ]) { $1 }
      } else if lower.hasSuffix(".mkv") {
        libav["cluster_time_limit"] = "1000"
      } else if [".mp4", ".m4v", ".mov"].contains(where: { lower.hasSuffix($0) }) {
        // What is not yet in a fragment is lost when the power goes.
        libav["frag_duration"] = "1000000"
      }
    }
    libav.merge(libavOptions) { $1 }
    options.libavOptions = libav
    return options
  }

  /// Encodes a frame and copies its audio.
  func write(_ live: LiveFrame) throws {
    if let writer, let shape, !shape.isContinued(by: Shape(live, in: writer)) {
      try writeAudio(of: live, before: live.frame.time)
      try writer.finish()
      self.writer = nil
    }
    if let writer {
      try writer.write(live.frame)
    } else {
      let new = try begin(with: live)
      writer = new
      shape = Shape(live, in: new)
    }
    if let writer { tell(live.audio.streams.compactMap(writer.reasonToLeaveOut)) }
    for packet in live.audio.packets { try writer?.write(packet) }
    tellNews()
    if options.format == "hls" { try checkSpace() }
  }

  /// Writes the audio up to a frame that is not of this video, if it goes on with it.
  func writeAudio(of live: LiveFrame, before time: Double) throws {
    guard let writer, let shape, shape.hasSameAudio(as: Shape(live, in: writer)) else { return }
    for packet in live.audio.packets where packet.time.map({ $0 < time }) ?? true {
      try writer.write(packet)
    }
  }

  /// A writer that has its first frame. Audio that the container refuses is left out.
  private func begin(with live: LiveFrame) throws -> VideoWriter {
    var template = OutputTemplate(timeBase: LiveFrame.timeBase)
    template.passthrough = live.audio.streams
    do {
      return try begin(with: live.frame, template)
    } catch let error as VideoError where !live.audio.streams.isEmpty && !error.code.isTransient {
      template.passthrough = []
      let writer = try begin(with: live.frame, template)
      log.warning("the audio is left out: \(Redaction.redact("\(error)"))")
      return writer
    }
  }

  private func begin(with frame: VideoFrame, _ template: OutputTemplate) throws -> VideoWriter {
    var options = options
    if continuesPlaylist { EarlierPlaylist(path)?.proceed(&options.libavOptions) }
    let writer = try VideoWriter(names.next(), options: options, template: template)
    try writer.write(frame)
    tell(writer.warnings)
    told = writer.warnings.count
    return writer
  }

  /// Warns, of each thing once.
  private func tell(_ warnings: [String]) {
    for warning in warnings where named.insert(warning).inserted { log.warning("\(warning)") }
  }

  /// Says once for each stream of audio that packets of it are left out.
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

  /// Encodes what is left and, in a playlist, says that nothing follows.
  func end() throws {
    let isWritten = writer.map { $0.frameCount > 0 } == true
    try finish()
    let isOpen = options.libavOptions["hls_flags"]?.contains("omit_endlist") == true
    if isWritten, options.format == "hls", isOpen { try EarlierPlaylist.end(path) }
  }

  /// Closes it after an error.
  func abandon() { writer?.abandon() }
}

/// The names under which an output is opened again and again: a file that was begun is never written over, the next one
/// gets a number. Servers and playlists keep their name.
final class PartNames: Sendable {
  private let path: String
  private let writesOver: Locked<Bool>

  /// - Parameter writesOver: Whether a file of that name from before is written over.
  init(_ path: String, writesOver: Bool = true) {
    self.path = path
    self.writesOver = Locked(writesOver)
  }

  /// The name for the next opening.
  func next() -> String {
    let writesOver = writesOver.withLock { value in
      defer { value = false }
      return value
    }
    guard !writesOver, !path.contains("://"), path != "-", !path.lowercased().hasSuffix(".m3u8"), Self.isTaken(path)
    else {
      return path
    }
    let stem = (path as NSString).deletingPathExtension
    let ending = path.dropFirst(stem.count)
    var number = 2
    while Self.isTaken("\(stem)-\(number)\(ending)") { number += 1 }
    return "\(stem)-\(number)\(ending)"
  }

  /// Whether there is a file with content.
  private static func isTaken(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber).map { $0.int64Value > 0 } ?? false
  }
}
