import VideoIO

/// Where a stream comes from, and how libav* is to open it.
public struct LiveSource: Hashable, Sendable {
  /// What kind of thing it is.
  public enum Kind: String, Hashable, Sendable {
    /// Something that sends over the network.
    case network
    /// A camera or screen of this machine.
    case device
    /// A file, read at its own pace.
    case file
    /// Pictures that libavfilter makes.
    case generator
  }

  /// Seconds that a connection may take to be made, or to go on.
  private static let timeout = 10.0

  /// What libav* is given.
  public let input: String
  /// What kind of thing it is.
  public let kind: Kind
  /// libav's name of the input format, where it has to be said.
  public let format: String?
  /// Options of libav*.
  public let options: [String: String]
  /// Whether pictures come in bursts and are to be spread over their own times.
  public let isPaced: Bool
  /// Whether a file begins again at its end.
  public var loops = false

  /// Whether the end of the input is an outage.
  public var isLive: Bool { kind == .network || kind == .device }

  /// The input as it may be shown: without credentials.
  public var description: String { Redaction.redact(input) }

  init(_ input: String, kind: Kind, format: String? = nil, options: [String: String], isPaced: Bool = false) {
    self.input = input
    self.kind = kind
    self.format = format
    self.options = options
    self.isPaced = isPaced
  }

  /// How a reader opens it.
  package var readerOptions: ReaderOptions {
    var reader = ReaderOptions()
    reader.format = format
    reader.libavOptions = options
    reader.lowDelay = true
    reader.decoderThreads = 2
    if isListener {
      // Somebody may come at any time; who has come is not waited for so long.
      reader.libavOptions.merge(["rw_timeout": "\(Int(Self.timeout * 1e6))"]) { own, _ in own }
    } else {
      reader.timeout = Self.timeout
    }
    return reader
  }
}
