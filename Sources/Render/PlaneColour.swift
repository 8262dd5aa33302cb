import VideoIO

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
