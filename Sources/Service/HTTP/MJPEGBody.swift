import Foundation
import HummingbirdCore
import NIOCore
import Pipeline
import Support

/// A stream's pictures as one endless `multipart/x-mixed-replace` answer. A part is made when the one before it has been
/// taken, so that a viewer that is slow gets fewer pictures and holds the memory of one.
struct MJPEGBody: Sendable {
  static let contentType = "multipart/x-mixed-replace; boundary=frame"

  let picture: LivePicture
  /// Held until the connection ends.
  let viewer: ViewerLimit.Viewer
  /// Whether the viewer's connection is still there.
  let isConnected: @Sendable () -> Bool

  /// The seconds after which the last picture is sent again: only a write finds out that a viewer has gone.
  private static let repetition = 10

  /// Writes parts until the stream ends or the viewer goes.
  func write(_ writer: inout any ResponseBodyWriter) async throws {
    var last: LivePicture.JPEG?
    var quiet = 0
    try await writer.write(ByteBuffer(string: "--frame\r\n"))
    while isConnected() {
      switch await picture.news(after: last?.number ?? 0, within: 1) {
      case .ended: return try await writer.finish(nil)
      case .picture(let jpeg):
        last = jpeg
        quiet = 0
      case .none:
        quiet += 1
        if quiet % Self.repetition != 0 { continue }
      }
      try await writer.write(last.map(Self.part) ?? ByteBuffer(string: "\r\n"))
    }
  }

  private static func part(_ jpeg: LivePicture.JPEG) -> ByteBuffer {
    var part = ByteBuffer()
    part.reserveCapacity(jpeg.bytes.count + 100)
    part.writeString("Content-Type: image/jpeg\r\nContent-Length: \(jpeg.bytes.count)\r\n\r\n")
    part.writeBytes(jpeg.bytes)
    // The boundary comes with the picture, so that a browser shows it at once.
    part.writeString("\r\n--frame\r\n")
    return part
  }
}

/// Counts the viewers of moving pictures; there are at most so many.
final class ViewerLimit: Sendable {
  /// One viewer, until it is forgotten.
  final class Viewer: Sendable {
    private let limit: ViewerLimit

    fileprivate init(_ limit: ViewerLimit) { self.limit = limit }

    deinit { limit.leave() }
  }

  private let maximum: Int
  private let count = Locked(0)

  init(maximum: Int) { self.maximum = maximum }

  /// A place for one more viewer; `nil` if there is none.
  func enter() -> Viewer? {
    let isFree = count.withLock {
      guard $0 < maximum else { return false }
      $0 += 1
      return true
    }
    return isFree ? Viewer(self) : nil
  }

  private func leave() { count.withLock { $0 -= 1 } }
}
