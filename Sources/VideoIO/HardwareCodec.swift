import CFFmpeg
import Support

/// What decodes video beside the processor. Frames come back into the processor's memory, where they are read.
public enum HardwareDecoding: String, CaseIterable, Hashable, Sendable {
  /// The processor decodes.
  case none
  /// The first of those below that this machine has for the codec.
  case auto
  /// A card of NVIDIA.
  case cuda
  /// Cards of Intel and AMD, by VA-API.
  case vaapi
  /// Intel's Quick Sync Video.
  case qsv
  /// Units of small boards that the kernel offers by V4L2.
  case v4l2m2m

  /// libav's kind of device; `nil` where there is none to be opened.
  fileprivate var deviceType: AVHWDeviceType? {
    switch self {
    case .cuda: AV_HWDEVICE_TYPE_CUDA
    case .vaapi: AV_HWDEVICE_TYPE_VAAPI
    case .qsv: AV_HWDEVICE_TYPE_QSV
    case .none, .auto, .v4l2m2m: nil
    }
  }

  /// What is tried, in this order.
  var candidates: [HardwareDecoding] {
    switch self {
    case .none: []
    case .auto: [.cuda, .vaapi, .qsv, .v4l2m2m]
    default: [self]
    }
  }

  /// Why this machine cannot decode H.264 so, or `nil` where it can as far as opening tells.
  package var problem: String? {
    do {
      let choice = try HardwareDecoder(self, AV_CODEC_ID_H264)
      // Those without a device look for theirs when they are opened.
      guard choice.device == nil else { return nil }
      let owner = try Owned(avcodec_alloc_context3(choice.codec), "h264")
      let context = owner.native
      (context.pointee.width, context.pointee.height) = (256, 144)
      try VideoError.check("open", choice.name) { avcodec_open2(context, choice.codec, nil) }
      return nil
    } catch {
      return error.detail ?? "\(error)"
    }
  }
}

/// A decoder that works on a device.
struct HardwareDecoder {
  let codec: UnsafePointer<AVCodec>
  /// The device; `nil` for a decoder that finds its own and gives frames of the processor's memory.
  let device: HardwareDevice?
  /// The format of frames in the device's memory.
  let format: AVPixelFormat

  var name: String { String(cString: codec.pointee.name) }

  /// - Throws: `VideoError` where libav has no such decoder for the codec, or the device cannot be opened.
  init(_ kind: HardwareDecoding, _ id: AVCodecID) throws(VideoError) {
    let coded = String(cString: avcodec_get_name(id))
    let named =
      kind == .qsv || kind == .v4l2m2m
      ? avcodec_find_decoder_by_name("\(coded)_\(kind.rawValue)") : avcodec_find_decoder(id)
    guard let codec = named else { throw Self.missing(kind, coded) }
    self.codec = codec
    guard let type = kind.deviceType else {
      (device, format) = (nil, AV_PIX_FMT_NONE)
      return
    }
    var index: Int32 = 0
    var found: AVPixelFormat?
    while found == nil, let configuration = avcodec_get_hw_config(codec, index) {
      let takesDevice = configuration.pointee.methods & Int32(AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0
      if takesDevice, configuration.pointee.device_type == type { found = configuration.pointee.pix_fmt }
      index += 1
    }
    guard let found else { throw Self.missing(kind, coded) }
    format = found
    device = try HardwareDevice(type)
  }

  private static func missing(_ kind: HardwareDecoding, _ codec: String) -> VideoError {
    VideoError(
      operation: "decode", input: codec, code: .decoderNotFound, detail: "libav has no \(kind.rawValue) for \(codec)")
  }

  /// Makes a context use it.
  func prepare(_ context: UnsafeMutablePointer<AVCodecContext>) {
    guard let device else { return }
    context.pointee.hw_device_ctx = av_buffer_ref(device.reference)
    cffmpeg_want_format(context, format)
    // The device works on one frame after the other; each thread would only hold more of its memory.
    context.pointee.thread_count = 1
  }
}

/// A device that libav has opened.
final class HardwareDevice {
  private let owner: Owned<AVBufferRef>
  var reference: UnsafeMutablePointer<AVBufferRef> { owner.native }

  /// - Throws: `VideoError` with libav's reason.
  init(_ type: AVHWDeviceType) throws(VideoError) {
    var reference: UnsafeMutablePointer<AVBufferRef>?
    let name = av_hwdevice_get_type_name(type).map { String(cString: $0) } ?? "device"
    try VideoError.check("open", name) { av_hwdevice_ctx_create(&reference, type, nil, nil, 0) }
    owner = try Owned(reference, name)
  }
}

/// Frames in the memory of a device, for encoders that take no others.
final class HardwareFrames {
  private let device: HardwareDevice
  private let owner: Owned<AVBufferRef>

  /// - Parameter context: The encoder's, which is not open yet and gets the frames' description.
  /// - Throws: `VideoError` where the device cannot be opened or has no such frames.
  init(_ context: UnsafeMutablePointer<AVCodecContext>, _ choice: EncoderChoice, path: String) throws(VideoError) {
    guard let type = choice.hardwareType else {
      throw VideoError(
        operation: "write", input: path, code: .encoderNotFound,
        detail: "the encoder \(choice.name) takes frames of a device that is unknown", kind: .outputFailed)
    }
    do {
      device = try HardwareDevice(type)
    } catch {
      throw VideoError(
        operation: "write", input: path, code: error.code,
        detail: "no device for the encoder \(choice.name)\(error.detail.map { ": \($0)" } ?? "")", kind: .outputFailed)
    }
    owner = try Owned(av_hwframe_ctx_alloc(device.reference), path)
    let reference = owner.native
    let frames = UnsafeMutableRawPointer(reference.pointee.data!).assumingMemoryBound(to: AVHWFramesContext.self)
    frames.pointee.format = choice.pixelFormat
    frames.pointee.sw_format = choice.uploadedFormat
    frames.pointee.width = context.pointee.width
    frames.pointee.height = context.pointee.height
    frames.pointee.initial_pool_size = 20
    try VideoError.check("write", path, kind: .outputFailed) { av_hwframe_ctx_init(reference) }
    context.pointee.hw_frames_ctx = av_buffer_ref(reference)
  }

  /// A copy of a frame in the device's memory.
  func upload(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Owned<AVFrame> {
    let owner = try Owned(av_frame_alloc(), "frame")
    let uploaded = owner.native
    try VideoError.check("upload", "frame", kind: .outputFailed) {
      av_hwframe_get_buffer(self.owner.native, uploaded, 0)
    }
    try VideoError.check("upload", "frame", kind: .outputFailed) { av_hwframe_transfer_data(uploaded, frame, 0) }
    try VideoError.check("upload", "frame", kind: .outputFailed) { av_frame_copy_props(uploaded, frame) }
    return owner
  }
}
