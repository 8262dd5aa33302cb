import CFFmpeg
import Synchronization

/// A kind of object that libav allocates, and how it is freed.
protocol LibavObject {
  static func free(_ object: UnsafeMutablePointer<Self>)
}

/// Owns one object of libav's and frees it, whichever way its holder goes: by the end of a scope, a `throw` or the end of
/// a class. It cannot be copied; who hands it on has it no longer.
struct Owned<Object: LibavObject>: ~Copyable {
  /// Valid as long as the owner; whoever is lent it keeps nothing of it but references of its own.
  let native: UnsafeMutablePointer<Object>

  /// Takes over what a libav function has allocated for `input`; nil means that memory has run out.
  init(_ object: UnsafeMutablePointer<Object>?, _ input: String) throws(VideoError) {
    native = try VideoError.allocated(object, input)
    OwnedObjects.counter.add(1, ordering: .relaxed)
  }

  deinit {
    Object.free(native)
    OwnedObjects.counter.subtract(1, ordering: .relaxed)
  }
}

/// How many objects of libav's have an owner at present, for the tests of what happens to them when something fails.
package enum OwnedObjects {
  fileprivate static let counter = Atomic<Int>(0)

  package static var count: Int { counter.load(ordering: .relaxed) }
}

extension LibavObject {
  /// Frees an object by a function of libav's that sets the pointer to it to nil.
  fileprivate static func free(
    _ object: UnsafeMutablePointer<Self>, by function: (UnsafeMutablePointer<UnsafeMutablePointer<Self>?>?) -> Void
  ) {
    var object: UnsafeMutablePointer<Self>? = object
    function(&object)
  }
}

extension AVFrame: LibavObject {
  static func free(_ object: UnsafeMutablePointer<AVFrame>) { free(object, by: av_frame_free) }
}

extension AVPacket: LibavObject {
  static func free(_ object: UnsafeMutablePointer<AVPacket>) { free(object, by: av_packet_free) }
}

extension AVCodecContext: LibavObject {
  static func free(_ object: UnsafeMutablePointer<AVCodecContext>) { free(object, by: avcodec_free_context) }
}

extension AVCodecParameters: LibavObject {
  static func free(_ object: UnsafeMutablePointer<AVCodecParameters>) { free(object, by: avcodec_parameters_free) }
}

extension AVFilterGraph: LibavObject {
  static func free(_ object: UnsafeMutablePointer<AVFilterGraph>) { free(object, by: FilterLibrary.free) }
}

extension AVBufferRef: LibavObject {
  static func free(_ object: UnsafeMutablePointer<AVBufferRef>) { free(object, by: av_buffer_unref) }
}

extension AVFormatContext: LibavObject {
  /// Closes an input. An output is closed by its ``Muxer`` before, where that can fail.
  static func free(_ object: UnsafeMutablePointer<AVFormatContext>) {
    guard object.pointee.iformat != nil else { return avformat_free_context(object) }
    free(object, by: avformat_close_input)
  }
}

extension Owned where Object == AVFrame {
  /// A frame that refers to the pixels of another one.
  init(referringTo frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) {
    try self.init(av_frame_clone(frame), "frame")
  }

  /// A frame with pixels of its own, which are not set, and all other properties of `frame`.
  static func new(
    like frame: UnsafeMutablePointer<AVFrame>, format: Int32, width: Int32, height: Int32
  ) throws(VideoError) -> Owned<AVFrame> {
    let owner = try Owned(av_frame_alloc(), "frame")
    let new = owner.native
    new.pointee.format = format
    new.pointee.width = width
    new.pointee.height = height
    try VideoError.check("allocate", "frame") { av_frame_get_buffer(new, 0) }
    try VideoError.check("copy", "frame") { av_frame_copy_props(new, frame) }
    return owner
  }
}
