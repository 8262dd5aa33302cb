import CFFmpeg

/// An AVDictionary of options: each libav* call takes those that it knows and leaves the rest.
final class LibavOptions {
  private var native: OpaquePointer?

  /// Holds `options`.
  init(_ options: [String: String] = [:]) {
    for (key, value) in options { av_dict_set(&native, key, value, 0) }
  }

  deinit {
    av_dict_free(&native)
  }

  /// Sets one option.
  subscript(key: String) -> String? {
    get { av_dict_get(native, key, nil, 0).map { String(cString: $0.pointee.value) } }
    set { av_dict_set(&native, key, newValue, 0) }
  }

  /// All options that nothing has taken yet.
  var all: [String: String] { Dictionary(libav: native) }

  /// Passes the options to `body`, which may take some.
  func withNative<R>(_ body: (UnsafeMutablePointer<OpaquePointer?>) -> R) -> R {
    withUnsafeMutablePointer(to: &native, body)
  }

  /// An error that names an option that nothing took.
  func checkAllTaken(_ operation: String, _ input: String, kind: VideoError.Kind) throws(VideoError) {
    guard let left = all.keys.sorted().first else { return }
    throw VideoError(
      operation: operation, input: input, code: .optionNotFound, detail: "unknown option '\(left)'", kind: kind)
  }
}

/// How the certificates of servers are checked: against the system's authorities unless the options say otherwise.
///
/// libav checks none by default, and hands the options for it down neither to the parts of a playlist nor to RTSP.
final class TLSOptions {
  private static let names = ["tls_verify", "ca_file", "cafile", "cert_file", "key_file", "verifyhost"]

  private var values: [String: String] = [:]
  /// What the container itself would open files with.
  private var openFile: OpenFile?
  /// What the container itself would close them with.
  private var closeFile: CloseFile?
  /// The first error of a file that was closed, which containers keep to themselves; 0 without one.
  private(set) var closingError: Int32 = 0

  private typealias CloseFile =
    @convention(c) (UnsafeMutablePointer<AVFormatContext>?, UnsafeMutablePointer<AVIOContext>?) -> Int32
  private typealias OpenFile =
    @convention(c) (
      UnsafeMutablePointer<AVFormatContext>?, UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?,
      UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32

  /// Takes the options for certificates out of `options`.
  init(takenFrom options: LibavOptions) {
    for name in Self.names {
      values[name] = options[name]
      options[name] = nil
    }
    if values["tls_verify"] == nil { values["tls_verify"] = "1" }
  }

  /// Why `url` cannot be opened with its certificate checked; `nil` if it can, or need not be.
  ///
  /// - Parameter format: The container's name, where it is known.
  func problem(_ url: String, format: String? = nil) -> String? {
    guard values["tls_verify"] == "1", let address = StreamAddress(url), address.isEncrypted,
      address.scheme == "rtsps" ? !Self.checksRTSP : format == "dash"
    else { return nil }
    return "this version of libav cannot check the certificate of \(format == "dash" ? "DASH" : "rtsps://"): "
      + "tls_verify: false (--no-tls-verify, for outputs --no-output-tls-verify) opens it unchecked"
  }

  /// Throws where there is such a problem.
  func check(
    _ operation: String, _ url: String, format: String? = nil, kind: VideoError.Kind
  ) throws(VideoError) {
    guard let problem = problem(url, format: format) else { return }
    throw VideoError(operation: operation, input: url, code: .none, detail: problem, kind: kind)
  }

  /// Whether libav can check the certificates of `rtsps://`.
  private static var checksRTSP: Bool {
    guard var type = av_find_input_format("rtsp")?.pointee.priv_class else { return false }
    return withUnsafeMutablePointer(to: &type) {
      av_opt_find($0, "tls_verify", nil, 0, AV_OPT_SEARCH_FAKE_OBJ) != nil
    }
  }

  /// Everything that `context` opens is opened with these options. They have to live as long as it.
  func install(in context: UnsafeMutablePointer<AVFormatContext>) {
    openFile = context.pointee.io_open
    context.pointee.opaque = Unmanaged.passUnretained(self).toOpaque()
    context.pointee.io_open = { context, file, url, flags, options in
      guard let opaque = context?.pointee.opaque else { return cffmpeg_error(EINVAL) }
      let own = Unmanaged<TLSOptions>.fromOpaque(opaque).takeUnretainedValue()
      guard let openFile = own.openFile else { return cffmpeg_error(EINVAL) }
      var others: OpaquePointer?
      defer { av_dict_free(&others) }
      return withUnsafeMutablePointer(to: &others) { others in
        own.withOptions(in: options ?? others) { openFile(context, file, url, flags, $0) }
      }
    }
    closeFile = context.pointee.io_close2
    context.pointee.io_close2 = { context, file in
      guard let opaque = context?.pointee.opaque else { return cffmpeg_error(EINVAL) }
      let own = Unmanaged<TLSOptions>.fromOpaque(opaque).takeUnretainedValue()
      let code = own.closeFile?(context, file) ?? 0
      if own.closingError == 0 { own.closingError = min(0, code) }
      return code
    }
  }

  /// Calls `body` with these options added to others; those of them that were not taken are removed again.
  func withOptions(
    in options: UnsafeMutablePointer<OpaquePointer?>, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) -> Int32 {
    for (name, value) in values { av_dict_set(options, name, value, 0) }
    defer { for name in values.keys { av_dict_set(options, name, nil, 0) } }
    return body(options)
  }
}

/// Finds what is wrong with the settings of an input or output without opening it.
package enum SettingsCheck {
  /// What is wrong with an option of an input; `nil` if nothing can be said to be.
  ///
  /// - Parameters:
  ///   - format: The input's format, where it is known.
  ///   - scheme: The scheme of its URL, if it is one.
  package static func problem(ofOption name: String, value: String, format: String?, scheme: String?) -> String? {
    let context = avformat_alloc_context()
    defer { avformat_free_context(context) }
    var decoder = avcodec_alloc_context3(nil)
    defer { avcodec_free_context(&decoder) }
    for object in [UnsafeMutableRawPointer(context), UnsafeMutableRawPointer(decoder)].compactMap({ $0 })
    where av_opt_find(object, name, nil, 0, 0) != nil {
      let result = LibavLog.recordingLastLine { av_opt_set(object, name, value, 0) }.result
      return result < 0 ? "cannot be '\(value)': \(AVErrorCode(rawValue: result))" : nil
    }
    let isKnown = classes(format: format, scheme: scheme).contains { type in
      var type: UnsafePointer<AVClass>? = type
      return withUnsafeMutablePointer(to: &type) { av_opt_find($0, name, nil, 0, AV_OPT_SEARCH_FAKE_OBJ) != nil }
    }
    return isKnown ? nil : "is no option of such a source"
  }

  /// Why a URL cannot be opened with its certificate checked, as `options` want it; `nil` if it can.
  package static func certificateProblem(_ url: String, options: [String: String]) -> String? {
    TLSOptions(takenFrom: LibavOptions(options)).problem(url)
  }

  /// The classes of what may take an option, besides what every input has.
  private static func classes(format: String?, scheme: String?) -> [UnsafePointer<AVClass>] {
    _ = MediaLibrary.devicesRegistered
    var classes: [UnsafePointer<AVClass>?] = []
    var state: UnsafeMutableRawPointer?
    if let format = format ?? (scheme?.hasPrefix("rtsp") == true ? "rtsp" : nil) {
      classes.append(av_find_input_format(format)?.pointee.priv_class)
    } else {
      while let demuxer = av_demuxer_iterate(&state) { classes.append(demuxer.pointee.priv_class) }
    }
    if let scheme {
      let others = ["http", "httpproxy", "tls", "tcp", "udp", "rtp", "crypto"]
      classes += ([scheme] + others).map { avio_protocol_get_class($0) }
    }
    state = nil
    while let codec = av_codec_iterate(&state) {
      if av_codec_is_decoder(codec) != 0 { classes.append(codec.pointee.priv_class) }
    }
    return classes.compactMap { $0 }
  }

  /// Whether the container, the encoder and the scheme of an output are known and go together.
  ///
  /// - Throws: ``VideoError`` of kind `outputFailed`.
  package static func output(_ path: String, options: WriterOptions) throws(VideoError) {
    if let address = StreamAddress(path) {
      let problem =
        outputSchemes.contains(address.scheme)
        ? address.problem.map { "the URL \($0)" } ?? certificateProblem(path, options: options.libavOptions)
        : "unknown kind of output '\(address.scheme)' (known: \(outputSchemes.sorted().joined(separator: ", ")))"
      if let problem {
        throw VideoError(operation: "write", input: path, code: .none, detail: problem, kind: .outputFailed)
      }
    }
    _ = try EncoderChoice(
      options, for: try Container(path, format: options.format, libavOptions: options.libavOptions), path: path)
  }

  private static let outputSchemes: Set<String> = [
    "rtsp", "rtsps", "rtmp", "rtmps", "rtmpt", "rtmpe", "srt", "udp", "rtp", "tcp", "http", "https", "file",
  ]
}
