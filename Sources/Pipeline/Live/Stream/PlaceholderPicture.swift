import Foundation
import Kapao
import Render
import VideoIO

/// The frame that outputs show while a source is away.
final class PlaceholderPicture {
  /// The size until a frame of the source is known.
  private static let usual = ImageSize(width: 640, height: 360)
  private let renderer: OverlayRenderer
  private let name: String

  init(name: String, skeleton: Skeleton) {
    self.name = name
    var style = OverlayStyle()
    style.showsFrameRate = false
    style.showsTime = false
    renderer = OverlayRenderer(style: style, skeleton: skeleton)
  }

  func frame(
    size: ImageSize?, isFullRange: Bool, pts: Int64, index: Int, date: Date
  ) throws -> VideoFrame {
    let frame = try VideoFrame.blank(
      size: size ?? Self.usual, pts: pts, timeBase: LiveFrame.timeBase, duration: 0, index: index, y: 40,
      fullRange: isFullRange)
    var seconds = time_t(date.timeIntervalSince1970)
    var fields = tm()
    localtime_r(&seconds, &fields)
    let clock = String(format: "%02d:%02d:%02d", fields.tm_hour, fields.tm_min, fields.tm_sec)
    try renderer.draw([], text: OverlayText(lines: ["NO SIGNAL", "\(name)  \(clock)"]), onto: frame)
    return frame
  }
}
