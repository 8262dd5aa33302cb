import CCairo
import CKernels
import Kapao
import VideoIO

/// A transparent image of the frame's size to draw on, which is then blended onto the frame.
///
/// The pixels are premultiplied and hold the frame's YUV where Cairo thinks of RGB. The canvas remembers which tiles of
/// 16 × 8 pixels were drawn on: only these are blended, and they are cleared on the way, so that the cost is that of
/// the drawing and not that of the frame.
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

  /// Draws a line with round ends, or a disc where the ends are the same; what is outside the frame is left out.
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

extension OverlayCanvas {
  /// Fills the part of a box that is in the frame.
  ///
  /// - Parameter opacity: The share of the colour in what is under it.
  func fill(_ box: Box, colour: PlaneColour, opacity: Double) {
    let box = box.clipped(width: size.width, height: size.height)
    let (width, height) = (Double(box.width), Double(box.height))
    guard width > 0, height > 0 else { return }
    withCairo(x: Double(box.x1), y: Double(box.y1), width: width, height: height) { context in
      cairo_rectangle(context, Double(box.x1), Double(box.y1), width, height)
      set(colour, opacity: opacity)
      cairo_fill(context)
    }
  }
}

extension OverlayCanvas {
  /// Space that a line of text takes, in pixels.
  struct TextExtent {
    var width: Double
    var ascent: Double
    var height: Double
  }

  /// Chooses the font: grey anti-aliasing (colour fringes make no sense in YUV), no hinting to whole pixels.
  func prepareText() {
    let options = cairo_font_options_create()
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD)
  }

  /// Measures a line of text.
  func extent(of text: String, size: Double) -> TextExtent {
    cairo_set_font_size(context, size)
    var font = cairo_font_extents_t()
    cairo_font_extents(context, &font)
    var line = cairo_text_extents_t()
    cairo_text_extents(context, text, &line)
    return TextExtent(width: line.x_advance, ascent: font.ascent, height: font.ascent + font.descent)
  }

  /// Draws lines of text on a rounded panel whose upper left corner is at (`x`, `y`).
  ///
  /// - Parameter panelOpacity: The share of the panel in what is under it.
  func draw(
    panel lines: [(text: String, extent: TextExtent)], x: Double, y: Double, size: Double, padding: Double,
    colour: PlaneColour, panel: PlaneColour, panelOpacity: Double
  ) {
    let width = (lines.map(\.extent.width).max() ?? 0) + 2 * padding
    let height = lines.reduce(0) { $0 + $1.extent.height } + padding
    withCairo(x: x, y: y, width: width, height: height) { context in
      let radius = min(padding, height / 2)
      cairo_new_sub_path(context)
      cairo_arc(context, x + width - radius, y + radius, radius, -.pi / 2, 0)
      cairo_arc(context, x + width - radius, y + height - radius, radius, 0, .pi / 2)
      cairo_arc(context, x + radius, y + height - radius, radius, .pi / 2, .pi)
      cairo_arc(context, x + radius, y + radius, radius, .pi, 1.5 * .pi)
      cairo_close_path(context)
      set(panel, opacity: panelOpacity)
      cairo_fill(context)
      set(colour, opacity: 1)
      cairo_set_font_size(context, size)
      var top = y + padding / 2
      for line in lines {
        cairo_move_to(context, x + padding, top + line.extent.ascent)
        cairo_show_text(context, line.text)
        top += line.extent.height
      }
    }
  }

  /// Throws what Cairo had to complain about.
  func checkText() throws {
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw RenderError.text(String(cString: cairo_status_to_string(status)))
    }
  }

  /// Chooses the colour that Cairo draws with.
  func set(_ colour: PlaneColour, opacity: Double) {
    cairo_set_source_rgba(context, Double(colour.y) / 255, Double(colour.u) / 255, Double(colour.v) / 255, opacity)
  }
}

/// A colour in a frame's own YUV: its matrix and its range.
///
/// The whole overlay is drawn in YUV. Mixing is linear and so gives what mixing RGB and converting would give, and the
/// conversion is done once for a colour instead of once for a pixel.
struct PlaneColour: Hashable {
  var y: UInt8
  var u: UInt8
  var v: UInt8

  init(_ colour: RGBColour, in frame: VideoFrame) {
    (y, u, v) = frame.yuv(red: colour.red, green: colour.green, blue: colour.blue)
  }

  /// The opaque canvas pixel, 0xFFYYUUVV.
  var pixel: UInt32 { 0xFF00_0000 | UInt32(y) << 16 | UInt32(u) << 8 | UInt32(v) }
}

extension VideoFrame {
  /// Gives the three planes to a kernel.
  func withYUV420(_ body: (inout kapao_yuv420) -> Void) {
    withPointer(to: 0) { y, yStride in
      withPointer(to: 1) { u, uStride in
        withPointer(to: 2) { v, vStride in
          var planes = kapao_yuv420(
            y: y, u: u, v: v, y_stride: yStride, u_stride: uStride, v_stride: vStride, width: Int32(size.width),
            height: Int32(size.height))
          body(&planes)
        }
      }
    }
  }

  private func withPointer(to plane: Int, _ body: (UnsafeMutablePointer<UInt8>, Int) -> Void) {
    withMutablePlane(plane) { span, stride, width, height in
      let divisor = plane == 0 ? 1 : 2
      precondition(width >= (size.width + divisor - 1) / divisor && height >= (size.height + divisor - 1) / divisor)
      precondition(span.count >= (height - 1) * stride + width, "a plane is shorter than its rows")
      span.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { body(base, stride) }
      }
    }
  }
}

/// Why a frame could not be drawn on.
public enum RenderError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Cairo has no memory for, or does not support, a canvas of this size.
  case canvas(ImageSize)
  /// Cairo could not draw text, for example because no font is installed.
  case text(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .canvas(let size): "cannot draw on a picture of \(size)"
    case .text(let reason): "cannot draw text: \(reason)"
    }
  }
}
