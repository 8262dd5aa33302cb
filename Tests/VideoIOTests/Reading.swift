import Foundation
import VideoIO

/// Everything that a reader delivers.
struct Reading {
  var frames: [VideoFrame] = []
  var packets: [MediaPacket] = []
  let reader: VideoReader

  init(_ path: String, options: ReaderOptions = ReaderOptions()) throws {
    reader = try VideoReader(path, options: options)
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): frames.append(frame)
      case .packet(let packet): packets.append(packet)
      }
    }
  }

  /// Encodes `path` anew, frame by frame, and copies all other streams.
  static func transcode(
    _ path: String, to output: String, reading: ReaderOptions = ReaderOptions(), writing: WriterOptions = .init(),
    limit: Int = .max
  ) throws -> VideoWriter {
    var reading = reading
    reading.passthrough = true
    let reader = try VideoReader(path, options: reading)
    let writer = try VideoWriter(output, options: writing, template: reader.template)
    var left = limit
    while left > 0, let item = try reader.next() {
      switch item {
      case .frame(let frame):
        try writer.write(frame)
        left -= 1
      case .packet(let packet): try writer.write(packet)
      }
    }
    try writer.finish()
    return writer
  }
}
