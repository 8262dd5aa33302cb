import CFFmpeg

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
  mutating func convert(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> UnsafeMutablePointer<AVFrame> {
    let output = try VideoError.allocated(av_frame_alloc(), "frame")
    output.pointee.format = AV_PIX_FMT_YUV420P.rawValue
    output.pointee.width = frame.pointee.width
    output.pointee.height = frame.pointee.height
    do {
      try VideoError.check("allocate", "frame") { av_frame_get_buffer(output, 0) }
      try VideoError.check("copy", "frame") { av_frame_copy_props(output, frame) }
    } catch {
      var output: UnsafeMutablePointer<AVFrame>? = output
      av_frame_free(&output)
      throw error
    }
    output.pointee.color_range = AVCOL_RANGE_JPEG
    let shift = shift ?? Self.shift(for: Self.highest(frame))
    if let shift { self.shift = shift }
    Self.fill(output, from: frame, shift: shift ?? 8)
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
