/// Why a text names no source.
public enum LiveSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no text.
  case empty
  /// The URL's scheme is none that a source may have.
  case unsupported(scheme: String)
  /// No webcam has this name.
  case noWebcam(name: String, known: [String])

  /// One line.
  public var description: String {
    switch self {
    case .empty: "no source is named"
    case .unsupported(let scheme):
      "'\(scheme)' is no kind of source (known: rtsp, http, rtmp, srt, udp, rtp, tcp; v4l2:, screen, lavfi:, files)"
    case .noWebcam(let name, let known):
      known.isEmpty
        ? "there is no webcam '\(name)': this machine has none"
        : "there is no webcam '\(name)' (there are: \(known.joined(separator: ", ")))"
    }
  }
}
