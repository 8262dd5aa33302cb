import Foundation
import VideoIO

/// An annotated video that is written while it happens: a file, or a push to a server. A change of size ends it and
/// begins the next one (for files under a name with a number).
public final class VideoSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let names: PartNames
  private let path: String
  private let options: WriterOptions
  private var writer: VideoWriter?
  private var shape: Shape?

  private struct Shape: Equatable {
    let width: Int
    let height: Int
    let isFullRange: Bool

    init(_ frame: VideoFrame) {
      width = frame.size.width
      height = frame.size.height
      isFullRange = frame.isFullRange
    }
  }

  /// Writes to a file (`.mp4`, `.mkv`, `.ts`, `.m3u8`) or pushes to an `rtsp`, `rtmp`, `srt` or `udp` URL.
  public convenience init(_ path: String, codec: String? = nil, libavOptions: [String: String] = [:]) {
    self.init(PartNames(path), path: path, codec: codec, libavOptions: libavOptions)
  }

  init(_ names: PartNames, path: String, codec: String?, libavOptions: [String: String] = [:]) {
    self.names = names
    self.path = path
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

  /// Encodes a picture.
  public func write(_ frame: LiveFrame) throws {
    let new = Shape(frame.frame)
    if let shape, shape != new {
      try writer?.finish()
      writer = nil
    }
    shape = new
    let open =
      try writer
      ?? VideoWriter(names.next(), options: options, template: OutputTemplate(timeBase: LiveFrame.timeBase))
    writer = open
    try open.write(frame.frame)
    if options.format == "hls" { try checkSpace() }
  }

  /// libav's writer of playlists does not notice that its files remain empty.
  private func checkSpace() throws {
    var numbers = statvfs()
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if statvfs(folder, &numbers) == 0, numbers.f_bavail == 0 { throw PipelineError.noSpace(path) }
  }

  /// Encodes what is left and writes the end.
  public func finish() throws {
    if let writer, writer.frameCount > 0 { try writer.finish() }
    writer = nil
  }

  /// Closes it after an error.
  public func abandon() { writer?.abandon() }
}
