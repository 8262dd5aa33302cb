import CFFmpeg

/// Makes the sides of pictures even by repeating the last column and the last row.
enum EvenPadder {
  /// A frame of even size with the properties of `frame`; in 4:2:0 its chroma planes have that size already.
  static func pad(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> UnsafeMutablePointer<AVFrame> {
    let output = try VideoError.allocated(av_frame_alloc(), "frame")
    output.pointee.format = frame.pointee.format
    output.pointee.width = (frame.pointee.width + 1) & ~1
    output.pointee.height = (frame.pointee.height + 1) & ~1
    do {
      try VideoError.check("allocate", "frame") { av_frame_get_buffer(output, 0) }
      try VideoError.check("copy", "frame") { av_frame_copy_props(output, frame) }
    } catch {
      var output: UnsafeMutablePointer<AVFrame>? = output
      av_frame_free(&output)
      throw error
    }
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
    return output
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
