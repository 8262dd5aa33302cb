import CFFmpeg

/// What FFmpeg's libraries on this machine can do.
package enum MediaLibrary {
  /// FFmpeg's version at run time, such as `5.1.6-0+deb12u1`.
  package static var version: String { String(cString: av_version_info()) }

  /// Whether there is an encoder with this name, such as `libx264`.
  package static func hasEncoder(_ name: String) -> Bool { avcodec_find_encoder_by_name(name) != nil }

  /// Why a video encoder cannot be opened on this machine; `nil` where it can.
  package static func problem(ofEncoder name: String) -> String? {
    var options = WriterOptions()
    options.codec = name
    do {
      let choice = try EncoderChoice(options, for: try Container("x.mkv", format: nil), path: name)
      let owner = try Owned(avcodec_alloc_context3(choice.codec), name)
      let context = owner.native
      (context.pointee.width, context.pointee.height, context.pointee.pix_fmt) = (640, 384, choice.pixelFormat)
      (context.pointee.time_base, context.pointee.framerate) = (Rational(1, 25).native, Rational(25, 1).native)
      let frames = choice.needsUpload ? try HardwareFrames(context, choice, path: name) : nil
      defer { _ = frames }
      try VideoError.check("open", name) { avcodec_open2(context, choice.codec, nil) }
      return nil
    } catch {
      return error.detail ?? "\(error)"
    }
  }

  /// The encoders of devices that libav was built with, such as `h264_nvenc`.
  package static var hardwareEncoders: [String] {
    ["h264", "hevc", "av1"].flatMap { codec in ["nvenc", "vaapi", "qsv", "amf", "v4l2m2m"].map { "\(codec)_\($0)" } }
      .filter(hasEncoder)
  }

  /// Whether there is a decoder with this name, such as `h264`.
  package static func hasDecoder(_ name: String) -> Bool { avcodec_find_decoder_by_name(name) != nil }

  /// Whether URLs with this scheme can be read: `rtsp`, which is a format, or a protocol such as `https`.
  package static func readsScheme(_ scheme: String) -> Bool {
    if av_find_input_format(scheme) != nil { return true }
    var state: UnsafeMutableRawPointer?
    while let name = avio_enum_protocols(&state, 0) {
      if String(cString: name) == scheme { return true }
    }
    return false
  }

  /// Whether high dynamic range and BT.2020 can be converted.
  package static var convertsWideColour: Bool { WideColour.isAvailable }

  /// Loads libavdevice, once.
  static let devicesRegistered: Void = cffmpeg_register_devices()

  /// Whether webcams can be read.
  package static var readsWebcams: Bool {
    _ = devicesRegistered
    return av_find_input_format("v4l2") != nil
  }
}
