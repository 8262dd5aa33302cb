import CKernels
import VideoIO

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
