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
