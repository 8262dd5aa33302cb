import CFFmpeg
import Kapao

/// One upright picture in 8-bit planar YUV 4:2:0, with the time of its source.
///
/// The object owns a reference to the pixels, which the decoder may go on reading: call ``makeWritable()`` before
/// changing them. It travels from stage to stage and is used by one at a time.
public final class VideoFrame: @unchecked Sendable {
  // @unchecked: handed from stage to stage; whoever holds it is the only one to use it.

  /// Number of the frame in the reader's output, from 0.
  public internal(set) var index: Int
  /// The unit of ``pts`` and ``duration``, in seconds: that of the source's stream.
  public let timeBase: Rational

  let native: UnsafeMutablePointer<AVFrame>

  /// Takes over `native`.
  init(owning native: UnsafeMutablePointer<AVFrame>, index: Int, timeBase: Rational) {
    self.native = native
    self.index = index
    self.timeBase = timeBase
  }

  deinit {
    var frame: UnsafeMutablePointer<AVFrame>? = native
    av_frame_free(&frame)
  }

  /// Presentation time in units of ``timeBase``, exactly the source's.
  public var pts: Int64 { native.pointee.pts }

  /// The stamp that the source gave the frame, in units of ``timeBase``: unlike ``pts`` it may repeat or go back. Nil if
  /// there is none.
  public var sourcePTS: Int64? {
    native.pointee.best_effort_timestamp == cffmpeg_no_pts() ? nil : native.pointee.best_effort_timestamp
  }

  /// How long the frame is shown, in units of ``timeBase``; 0 if unknown.
  public var duration: Int64 { native.pointee.pkt_duration }

  /// Presentation time in seconds.
  public var time: Double { Double(pts) * Double(timeBase.numerator) / Double(timeBase.denominator) }

  /// Width and height in pixels.
  public var size: ImageSize { ImageSize(width: Int(native.pointee.width), height: Int(native.pointee.height)) }

  /// Whether the decoder found errors in the picture.
  public var isCorrupt: Bool {
    native.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 || native.pointee.decode_error_flags != 0
  }

  /// Whether the picture consists of two fields.
  public var isInterlaced: Bool { native.pointee.interlaced_frame != 0 }

  /// Width of a pixel over its height; nil if square or unknown.
  public var sampleAspectRatio: Rational? {
    let aspect = Rational(native.pointee.sample_aspect_ratio)
    return aspect.isPositive && aspect.numerator != aspect.denominator ? aspect : nil
  }

  /// Gives this frame pixels of its own, copied from those it shares, if it shares them.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  public func makeWritable() throws(VideoError) {
    try VideoError.check("copy", "frame", kind: .transient) { av_frame_make_writable(native) }
  }

  /// A frame with the same properties and pixels of its own.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  public func copy() throws(VideoError) -> VideoFrame {
    let clone = try VideoError.allocated(av_frame_clone(native), "frame")
    let frame = VideoFrame(owning: clone, index: index, timeBase: timeBase)
    try frame.makeWritable()
    return frame
  }

  /// A frame with the same pixels at another time.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  public func retimed(pts: Int64, timeBase: Rational, duration: Int64 = 0, index: Int) throws(VideoError) -> VideoFrame
  {
    let clone = try VideoError.allocated(av_frame_clone(native), "frame")
    clone.pointee.pts = pts
    clone.pointee.pkt_duration = duration
    return VideoFrame(owning: clone, index: index, timeBase: timeBase)
  }
}
