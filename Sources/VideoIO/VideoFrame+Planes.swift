import CFFmpeg

extension VideoFrame {
  /// Lets `body` read a plane: 0 is luma, 1 and 2 are the chroma planes U and V of half the size, rounded up.
  ///
  /// Row `y` begins at `y * stride`; only its first `width` bytes are pixels.
  public func withPlane<R>(
    _ plane: Int, _ body: (_ pixels: Span<UInt8>, _ stride: Int, _ width: Int, _ height: Int) throws -> R
  ) rethrows -> R {
    let layout = layout(of: plane)
    let span = unsafe Span(_unsafeStart: UnsafePointer(layout.start), count: layout.count)
    return try body(span, layout.stride, layout.width, layout.height)
  }

  /// Lets `body` change a plane; the same layout as in ``withPlane(_:_:)``.
  ///
  /// - Precondition: ``makeWritable()`` was called, or the frame was made by ``blank(size:pts:timeBase:)``.
  public func withMutablePlane<R>(
    _ plane: Int, _ body: (_ pixels: inout MutableSpan<UInt8>, _ stride: Int, _ width: Int, _ height: Int) throws -> R
  ) rethrows -> R {
    precondition(av_frame_is_writable(native) > 0, "makeWritable() comes before changing pixels")
    let layout = layout(of: plane)
    var span = unsafe MutableSpan(_unsafeStart: layout.start, count: layout.count)
    return try body(&span, layout.stride, layout.width, layout.height)
  }

  private typealias Layout = (start: UnsafeMutablePointer<UInt8>, count: Int, stride: Int, width: Int, height: Int)

  private func layout(of plane: Int) -> Layout {
    precondition((0..<3).contains(plane), "a frame has the planes 0, 1 and 2")
    let width = plane == 0 ? size.width : (size.width + 1) / 2
    let height = plane == 0 ? size.height : (size.height + 1) / 2
    let data = [native.pointee.data.0, native.pointee.data.1, native.pointee.data.2][plane]
    let strides = [native.pointee.linesize.0, native.pointee.linesize.1, native.pointee.linesize.2]
    guard let data else { preconditionFailure("a frame has three planes") }
    let stride = Int(strides[plane])
    return (data, stride * (height - 1) + width, stride, width, height)
  }
}
