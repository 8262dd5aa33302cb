import CCairo
import CKernels
import Kapao
import VideoIO

/// A transparent picture of the frame's size to draw on, which is then blended onto the frame.
///
/// The pixels are premultiplied and hold the frame's YUV where Cairo thinks of RGB. The canvas remembers which tiles of
/// 16 × 8 pixels were drawn on: only these are blended, and they are cleared on the way, so that the cost is that of
/// the drawing and not that of the picture.
final class OverlayCanvas {
  static let tileWidth = 16
  static let tileHeight = 8

  let size: ImageSize
  let context: OpaquePointer
  private let surface: OpaquePointer
  private let pixels: UnsafeMutablePointer<UInt32>
  private let stride: Int
  private let columns: Int
  private let rows: Int
  private var isTouched: [Bool]

  /// A canvas for frames of a size.
  ///
  /// - Throws: `RenderError.canvas` where Cairo cannot make one.
  init(size: ImageSize) throws {
    columns = max(1, (size.width + Self.tileWidth - 1) / Self.tileWidth)
    rows = max(1, (size.height + Self.tileHeight - 1) / Self.tileHeight)
    let surface = cairo_image_surface_create(
      CAIRO_FORMAT_ARGB32, Int32(clamping: columns * Self.tileWidth), Int32(clamping: rows * Self.tileHeight))
    guard let surface, cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS,
      let data = cairo_image_surface_get_data(surface), let context = cairo_create(surface)
    else {
      cairo_surface_destroy(surface)
      throw RenderError.canvas(size)
    }
    self.size = size
    self.surface = surface
    self.context = context
    let bytes = Int(cairo_image_surface_get_stride(surface))
    stride = bytes / MemoryLayout<UInt32>.stride
    pixels = UnsafeMutableRawPointer(data).bindMemory(to: UInt32.self, capacity: stride * rows * Self.tileHeight)
    isTouched = [Bool](repeating: false, count: columns * rows)
    prepareText()
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// Draws a line with round ends, or a disc where the ends are the same; what is outside the picture is left out.
  func draw(_ segment: Segment, radius: Double, colour: PlaneColour) {
    guard radius > 0, radius.isFinite else { return }
    let reach = radius + 1
    let (right, bottom) = (Double(columns * Self.tileWidth), Double(rows * Self.tileHeight))
    guard let line = segment.clipped(left: -reach, top: -reach, right: right + reach, bottom: bottom + reach) else {
      return
    }
    var capsule = kapao_capsule(
      x1: Float(line.x1), y1: Float(line.y1), x2: Float(line.x2), y2: Float(line.y2), radius: Float(radius),
      colour: colour.pixel)
    let firstRow = max(0, Int((min(line.y1, line.y2) - reach) / Double(Self.tileHeight)))
    let lastRow = min(rows - 1, Int((max(line.y1, line.y2) + reach) / Double(Self.tileHeight)))
    guard firstRow <= lastRow else { return }
    for row in firstRow...lastRow {
      let top = row * Self.tileHeight
      guard let extent = line.extent(top: Double(top) - reach, bottom: Double(top + Self.tileHeight) + reach) else {
        continue
      }
      let first = max(0, Int((extent.lowerBound - reach) / Double(Self.tileWidth)))
      let last = min(columns - 1, Int((extent.upperBound + reach) / Double(Self.tileWidth)))
      guard first <= last else { continue }
      kapao_overlay_draw(
        pixels, stride, Int32(first * Self.tileWidth), Int32(top), Int32((last - first + 1) * Self.tileWidth),
        Int32(Self.tileHeight), &capsule)
      for column in first...last { isTouched[row * columns + column] = true }
    }
  }

  /// Draws with Cairo inside a rectangle, given in pixels; nothing is drawn outside it.
  func withCairo(x: Double, y: Double, width: Double, height: Double, _ body: (OpaquePointer) -> Void) {
    let left = max(0, x.rounded(.down)), right = min(Double(columns * Self.tileWidth), (x + width).rounded(.up))
    let top = max(0, y.rounded(.down)), bottom = min(Double(rows * Self.tileHeight), (y + height).rounded(.up))
    guard left < right, top < bottom else { return }
    for row in Int(top) / Self.tileHeight...(Int(bottom) - 1) / Self.tileHeight {
      for column in Int(left) / Self.tileWidth...(Int(right) - 1) / Self.tileWidth {
        isTouched[row * columns + column] = true
      }
    }
    cairo_surface_mark_dirty(surface)
    cairo_save(context)
    cairo_rectangle(context, left, top, right - left, bottom - top)
    cairo_clip(context)
    body(context)
    cairo_restore(context)
    cairo_surface_flush(surface)
  }

  /// Blends the drawing onto a frame of the canvas's size and leaves the canvas empty.
  ///
  /// - Parameter opacity: The share of the drawing, 0…1.
  func blend(onto frame: VideoFrame, opacity: Double) {
    let weight = UInt32((min(max(opacity, 0), 1) * 65536).rounded())
    frame.withYUV420 { planes in
      for row in 0..<rows {
        var column = 0
        while column < columns {
          guard isTouched[row * columns + column] else {
            column += 1
            continue
          }
          let first = column
          while column < columns, isTouched[row * columns + column] {
            isTouched[row * columns + column] = false
            column += 1
          }
          kapao_overlay_blend(
            pixels, stride, Int32(first * Self.tileWidth), Int32(row * Self.tileHeight),
            Int32((column - first) * Self.tileWidth), Int32(Self.tileHeight), weight, &planes)
        }
      }
    }
  }
}
