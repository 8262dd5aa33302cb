import CFFmpeg
import CKernels

/// How the samples of a line are scaled to another number: a triangle around each new sample's centre, one old sample wide
/// to either side when enlarging (bilinear, as OpenCV's `INTER_LINEAR`) and as wide as the scale when reducing, so that
/// every old sample counts. Where the triangle reaches past the line's end, the last sample is repeated.
final class ScalingFilter {
  enum Direction {
    /// Along rows: weights in the kernel's order for columns.
    case columns
    /// Along columns: weights in the kernel's order for rows.
    case rows
  }

  /// For the kernel; valid as long as this object.
  var native: kapao_filter { kapao_filter(taps: Int32(taps), first: first, weights: weights) }

  /// Samples that each new sample is made from: 2 or a multiple of 4.
  let taps: Int
  private let first: UnsafeMutablePointer<Int32>
  private let weights: UnsafeMutablePointer<Int16>

  /// - Parameters:
  ///   - samples: Samples of the line.
  ///   - extent: Length of the picture along it, in samples; less than `samples` where the last covers half a pixel.
  ///   - count: New samples.
  init(samples: Int, extent: Double, count: Int, _ direction: Direction) {
    let scale = extent / Double(count)
    let radius = max(1, scale)
    let width = Int((2 * radius).rounded(.up))
    let taps = width <= 2 ? 2 : (width + 3) / 4 * 4
    let tile = Int(KAPAO_LETTERBOX_TILE)
    let columns = (count + tile - 1) / tile * tile
    self.taps = taps
    first = .allocate(capacity: columns)
    first.initialize(repeating: 0, count: columns)
    weights = .allocate(capacity: columns * taps)
    weights.initialize(repeating: 0, count: columns * taps)
    for i in 0..<count {
      let centre = (Double(i) + 0.5) * scale
      let leftmost = Int((centre - radius + 0.5).rounded(.down))
      let start = min(max(leftmost, 0), max(0, samples - taps))
      var shares = [Double](repeating: 0, count: taps)
      for sample in leftmost..<leftmost + width {
        let share = 1 - abs(Double(sample) + 0.5 - centre) / radius
        shares[min(max(sample, 0), samples - 1) - start] += max(0, share)
      }
      first[i] = Int32(start)
      for (tap, weight) in Self.integers(shares).enumerated() {
        switch direction {
        case .rows: weights[i * taps + tap] = weight
        case .columns: weights[tap / 2 * 2 * columns + 2 * i + tap % 2] = weight
        }
      }
    }
  }

  deinit {
    first.deallocate()
    weights.deallocate()
  }

  /// The shares as integers whose sum is exactly 1 << 14.
  private static func integers(_ shares: [Double]) -> [Int16] {
    let total = shares.reduce(0, +)
    var sum = 0.0
    var given = 0
    return shares.map { share in
      sum += share
      let weight = Int((sum / total * 16384).rounded()) - given
      given += weight
      return Int16(weight)
    }
  }
}

/// Turns 16-bit grey (depth) pictures into 8-bit YUV with one fixed scaling for the whole input.
///
/// Depth data often fills only the low bits. The scaling is a shift that brings the highest bit used by the first
/// picture that is not all black to the top of 8 bits: 0…4095 (12 bits) becomes 0…255, larger values later in the
/// input become 255. 0 (no measurement) stays black. The result is full range with neutral chroma.
struct DepthScaler {
  private var shift: Int?

  /// Whether `format` is one that this type handles.
  static func handles(_ format: AVPixelFormat) -> Bool {
    format == AV_PIX_FMT_GRAY16LE || format == AV_PIX_FMT_GRAY16BE
  }

  /// A new 8-bit frame with the properties of `frame`.
  mutating func convert(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Owned<AVFrame> {
    let output = try Owned.new(
      like: frame, format: AV_PIX_FMT_YUV420P.rawValue, width: frame.pointee.width, height: frame.pointee.height)
    output.native.pointee.color_range = AVCOL_RANGE_JPEG
    let shift = shift ?? Self.shift(for: Self.highest(frame))
    if let shift { self.shift = shift }
    Self.fill(output.native, from: frame, shift: shift ?? 8)
    return output
  }

  private static func shift(for highest: UInt16) -> Int? {
    highest == 0 ? nil : max(0, 16 - highest.leadingZeroBitCount - 8)
  }

  private static func highest(_ frame: UnsafeMutablePointer<AVFrame>) -> UInt16 {
    var highest: UInt16 = 0
    forEachRow(frame) { row, _, width in
      for x in 0..<width { highest = max(highest, row(x)) }
    }
    return highest
  }

  private static func fill(
    _ output: UnsafeMutablePointer<AVFrame>, from frame: UnsafeMutablePointer<AVFrame>, shift: Int
  ) {
    guard let luma = output.pointee.data.0, let u = output.pointee.data.1, let v = output.pointee.data.2 else { return }
    let stride = Int(output.pointee.linesize.0)
    forEachRow(frame) { row, y, width in
      for x in 0..<width { luma[y * stride + x] = UInt8(truncatingIfNeeded: min(255, row(x) >> UInt16(shift))) }
    }
    let rows = Int(output.pointee.height + 1) / 2
    u.update(repeating: 128, count: Int(output.pointee.linesize.1) * rows)
    v.update(repeating: 128, count: Int(output.pointee.linesize.2) * rows)
  }

  private static func forEachRow(
    _ frame: UnsafeMutablePointer<AVFrame>, _ body: (_ row: (Int) -> UInt16, _ y: Int, _ width: Int) -> Void
  ) {
    guard let data = frame.pointee.data.0 else { return }
    let bigEndian = frame.pointee.format == AV_PIX_FMT_GRAY16BE.rawValue
    let width = Int(frame.pointee.width)
    for y in 0..<Int(frame.pointee.height) {
      let row = UnsafeRawPointer(data + y * Int(frame.pointee.linesize.0))
      let value = { (x: Int) -> UInt16 in
        let raw = row.loadUnaligned(fromByteOffset: 2 * x, as: UInt16.self)
        return bigEndian ? UInt16(bigEndian: raw) : UInt16(littleEndian: raw)
      }
      body(value, y, width)
    }
  }
}

/// Makes the sides of pictures even by repeating the last column and the last row.
enum EvenPadder {
  /// A frame of even size with the properties of `frame`; in 4:2:0 its chroma planes have that size already.
  static func pad(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Owned<AVFrame> {
    let padded = try Owned.new(
      like: frame, format: frame.pointee.format, width: (frame.pointee.width + 1) & ~1,
      height: (frame.pointee.height + 1) & ~1)
    let output = padded.native
    let chroma = (width: Int(output.pointee.width) / 2, height: Int(output.pointee.height) / 2)
    copy(
      frame.pointee.data.0, frame.pointee.linesize.0, to: output.pointee.data.0, output.pointee.linesize.0,
      from: (Int(frame.pointee.width), Int(frame.pointee.height)),
      to: (Int(output.pointee.width), Int(output.pointee.height)))
    copy(
      frame.pointee.data.1, frame.pointee.linesize.1, to: output.pointee.data.1, output.pointee.linesize.1,
      from: chroma, to: chroma)
    copy(
      frame.pointee.data.2, frame.pointee.linesize.2, to: output.pointee.data.2, output.pointee.linesize.2,
      from: chroma, to: chroma)
    return padded
  }

  private static func copy(
    _ source: UnsafeMutablePointer<UInt8>?, _ sourceStride: Int32, to target: UnsafeMutablePointer<UInt8>?,
    _ targetStride: Int32, from: (width: Int, height: Int), to size: (width: Int, height: Int)
  ) {
    guard let source, let target else { return }
    for y in 0..<size.height {
      let row = source + min(y, from.height - 1) * Int(sourceStride)
      let out = target + y * Int(targetStride)
      out.update(from: row, count: from.width)
      if size.width > from.width { out[from.width] = row[from.width - 1] }
    }
  }
}
