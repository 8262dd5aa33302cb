import Foundation
import Kapao
import Support

/// Reads a file, or standard input for the path `-`, line by line, whatever its size.
package final class LineReader {
  private static let chunk = 1 << 16
  /// Bytes that a line may have; more is no table of poses.
  private static let longestLine = 1 << 24

  private let path: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0
  private var hasEnded = false

  /// Opens the file.
  ///
  /// - Throws: `PoseCSVError`.
  package init(path: String) throws {
    self.path = path
    descriptor = path == "-" ? dup(STDIN_FILENO) : FileSystem.open(path, O_RDONLY)
    guard descriptor >= 0 else { throw PoseCSVError(path: path, reason: String(cString: strerror(errno))) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next line without its line end (LF or CR LF); `nil` at the end. The last line needs no line end.
  ///
  /// - Throws: `PoseCSVError` where the file cannot be read.
  package func next() throws -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        return withoutCarriageReturn(buffer[position..<end])
      }
      searched = buffer.count
      guard !hasEnded else {
        defer { position = buffer.count }
        return position < buffer.count ? withoutCarriageReturn(buffer[position...]) : nil
      }
      guard buffer.count - position < Self.longestLine else {
        throw PoseCSVError(path: path, reason: "no text in lines")
      }
      searched -= position
      buffer.removeSubrange(..<position)
      position = 0
      try fill()
    }
  }

  private func withoutCarriageReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }

  private func fill() throws {
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.chunk))
    var count: Int
    repeat {
      count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + start, Self.chunk) }
    } while count < 0 && errno == EINTR
    let code = errno
    buffer.removeLast(Self.chunk - max(0, count))
    guard count >= 0 else { throw PoseCSVError(path: path, reason: String(cString: strerror(code))) }
    hasEnded = count == 0
  }
}
