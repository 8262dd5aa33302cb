import FlyingSocks
import Foundation
import Pipeline

/// A stream's pictures as one endless `multipart/x-mixed-replace` answer. A viewer that is slow gets fewer pictures.
struct MJPEGBody: AsyncBufferedSequence {
  typealias Element = UInt8
  static let contentType = "multipart/x-mixed-replace; boundary=frame"

  let picture: LivePicture
  let viewer: ViewerLimit.Viewer

  func makeAsyncIterator() -> Iterator { Iterator(picture: picture, viewer: viewer) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    private let picture: LivePicture
    // Held until the connection ends.
    private let viewer: ViewerLimit.Viewer
    private var last: LivePicture.JPEG?
    private var hasBegun = false

    init(picture: LivePicture, viewer: ViewerLimit.Viewer) {
      self.picture = picture
      self.viewer = viewer
    }

    mutating func next() async throws -> UInt8? { nil }

    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
      switch await picture.news(after: last?.number ?? 0, within: 10) {
      case .ended: return nil
      case .picture(let jpeg): last = jpeg
      // Only a write finds out that a viewer has gone.
      case .none: break
      }
      guard let jpeg = last else { return Array("\r\n".utf8) }
      var part = Array((hasBegun ? "" : "--frame\r\n").utf8)
      hasBegun = true
      part += Array("Content-Type: image/jpeg\r\nContent-Length: \(jpeg.bytes.count)\r\n\r\n".utf8)
      part += jpeg.bytes
      // The boundary comes with the picture, so that a browser shows it at once.
      part += Array("\r\n--frame\r\n".utf8)
      return part
    }
  }
}
