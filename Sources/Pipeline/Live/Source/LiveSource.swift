import Foundation
import Support
import VideoIO

/// Where a stream comes from, and how libav* is to open it.
public struct LiveSource: Hashable, Sendable {
  /// What kind of thing it is.
  package enum Kind: String, Hashable, Sendable {
    /// Something that sends over the network.
    case network
    /// A camera or screen of this machine.
    case device
    /// A file, read at its own pace.
    case file
    /// Frames that libavfilter makes.
    case generator
  }

  /// Seconds that a connection may take to be made, or to go on.
  private static let timeout = 10.0

  /// What libav* is given.
  public let input: String
  /// What kind of thing it is.
  package let kind: Kind
  /// libav's name of the input format, where it has to be said.
  package let format: String?
  /// Options of libav*.
  package let options: [String: String]
  /// Whether frames come in bursts and are to be spread over their own times.
  package let isPaced: Bool
  /// Whether a file begins again at its end.
  public var loops = false

  /// What decodes beside the processor.
  public var hardware = HardwareDecoding.none

  /// Whether the end of the input is an outage.
  public var isLive: Bool { kind == .network || kind == .device }

  /// Whether it may be the frames of a camera as parts of one HTTP response.
  var mayBeMultipart: Bool {
    kind == .network && format == nil && !isPaced && input.lowercased().hasPrefix("http")
  }

  /// The input as it may be shown: without credentials.
  public var description: String { Redaction.shown(input) }

  init(_ input: String, kind: Kind, format: String? = nil, options: [String: String], isPaced: Bool = false) {
    self.input = input
    _ = Redaction.shown(input)
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
    reader.hardware = hardware
    reader.decoderThreads = 2
    if isListener {
      // Somebody may come at any time; who has come is not waited for so long.
      reader.libavOptions.merge(["rw_timeout": "\(Int(Self.timeout * 1e6))"]) { own, _ in own }
    } else if isLive {
      reader.timeout = Self.timeout
    }
    return reader
  }
}

/// How RTSP's frames travel.
public enum RTSPTransport: String, CaseIterable, Hashable, Sendable {
  /// Inside the RTSP connection: nothing is lost.
  case tcp
  /// In packets of their own: less delay on a bad line, and damage.
  case udp
}

extension LiveSource {
  /// What a source on the network may open in its turn: never a local file.
  private static let networkProtocols =
    "rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy,hls,crypto,rtmp,rtmps,rtmpt,rtmpe,rtmpte,rtmpts,srt"
  private static let networkSchemes: Set<String> = [
    "rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "rtmpt", "rtmpe", "srt", "udp", "rtp", "tcp",
  ]

  /// Understands what a user calls a source.
  ///
  /// - Parameters:
  ///   - text: A URL; `/dev/video0` or `v4l2:NAME` for a webcam; `screen` or `screen::1` for a display of X11;
  ///     `lavfi:GRAPH` for generated frames; otherwise the path of a file.
  ///   - transport: How RTSP's frames travel.
  ///   - format: libav's name of the input format, where it does not find it out; not for webcams, screens and generated
  ///     frames.
  ///   - options: Further options of libav*; they go before those chosen here, but not before the list of protocols.
  /// - Throws: ``LiveSourceError``.
  public init(
    _ text: String, transport: RTSPTransport = .tcp, format: String? = nil, options: [String: String] = [:]
  ) throws(LiveSourceError) {
    try self.init(text, transport: transport, wantedFormat: format, options: options)
    guard let format else { return }
    guard VideoReader.isFormat(format) else { throw .unknownFormat(format) }
    guard kind == .network || kind == .file else { throw .ownFormat(format) }
  }

  private init(
    _ text: String, transport: RTSPTransport, wantedFormat: String?, options: [String: String]
  ) throws(LiveSourceError) {
    guard !text.isEmpty else { throw .empty }
    if let rest = Self.rest(of: text, after: "lavfi:") {
      self.init(rest, kind: .generator, format: "lavfi", options: options, isPaced: true)
    } else if let rest = Self.rest(of: text, after: "v4l2:") {
      self.init(try Webcam.path(rest), kind: .device, format: "v4l2", options: options)
    } else if text.hasPrefix("/dev/video") {
      self.init(text, kind: .device, format: "v4l2", options: options)
    } else if text == "screen" || text.hasPrefix("screen:") {
      let display =
        text == "screen" ? ProcessInfo.processInfo.environment["DISPLAY"] ?? ":0" : String(text.dropFirst(7))
      self.init(display, kind: .device, format: "x11grab", options: options)
    } else if let address = StreamAddress(text) {
      let scheme = address.scheme
      guard Self.networkSchemes.contains(scheme) else { throw .unsupported(scheme: scheme) }
      if let problem = address.problem { throw .malformed(reason: "the URL \(problem)") }
      if let problem = SettingsCheck.certificateProblem(text, options: options) { throw .malformed(reason: problem) }
      var wanted = ["fflags": "nobuffer", "analyzeduration": "2000000"]
      if scheme.hasPrefix("rtsp") { wanted["rtsp_transport"] = transport.rawValue }
      let path = text.prefix { !"?#".contains($0) }.lowercased()
      let isPlaylist = scheme.hasPrefix("http") && path.hasSuffix(".m3u8")
      if isPlaylist { wanted["fflags"] = nil }
      wanted.merge(options) { $1 }
      wanted["protocol_whitelist"] = Self.networkProtocols
      self.init(text, kind: .network, format: wantedFormat, options: wanted, isPaced: isPlaylist)
    } else {
      var wanted = options
      wanted["protocol_whitelist"] = "file,crypto,data"
      let path = Self.rest(of: text, after: "file:") ?? text
      self.init(path, kind: .file, format: wantedFormat, options: wanted, isPaced: true)
    }
  }

  private static func rest(of text: String, after prefix: String) -> String? {
    text.hasPrefix(prefix) && text.count > prefix.count ? String(text.dropFirst(prefix.count)) : nil
  }
}

extension LiveSource {
  /// Whether libav opens it with TLS, or may be sent to where it does.
  package var mayBeEncrypted: Bool {
    StreamAddress(input).map { $0.isEncrypted || $0.scheme.hasPrefix("http") } ?? false
  }

  /// What is wrong with an option of libav for such a source, as far as that can be said without opening it.
  package func problem(ofOption name: String, value: String) -> String? {
    SettingsCheck.problem(
      ofOption: name, value: value, format: format, scheme: kind == .network ? StreamAddress(input)?.scheme : nil)
  }

  /// Looks whether a file or a generated source can be read. What is on the network and cameras may come later, and are
  /// not opened; neither are pipes, which can be read only once.
  ///
  /// - Throws: `VideoError`.
  package func check() throws {
    var isFolder: ObjCBool = false
    switch kind {
    case .network, .device: return
    case .generator where input.contains("://"): return
    case .file where FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) && !isFolder.boolValue:
      let path = URL(fileURLWithPath: input).resolvingSymlinksInPath().path
      let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      guard type == .typeRegular else { return }
    case .file where input == "-": return
    default: break
    }
    var options = readerOptions
    options.timeout = 5
    try VideoReader(input, options: options).close()
  }
}

extension LiveSource {
  /// Whether it waits until a sender connects: SRT in mode `listener`, `listen` of TCP, RTMP and HTTP.
  package var isListener: Bool {
    guard kind == .network else { return false }
    // RTMP and HTTP are told by options only: what their URLs ask for is the server's.
    let ownsQuery = ["srt", "tcp"].contains(input.prefix { $0 != ":" }.lowercased())
    let wanted = (ownsQuery ? query : [:]).merging(options) { $1 }
    return wanted["mode"] == "listener" || wanted["listen"].map { $0 != "0" } ?? false
  }

  private var query: [String: String] {
    let fields = input.drop { $0 != "?" }.dropFirst().split(separator: "&")
    return Dictionary(
      fields.map { field in
        let name = field.prefix { $0 != "=" }
        return (String(name), String(field.dropFirst(name.count + 1)))
      }
    ) { $1 }
  }
}

/// Why a text names no source.
public enum LiveSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no text.
  case empty
  /// The URL's scheme is none that a source may have.
  case unsupported(scheme: String)
  /// libav has no input format of this name.
  case unknownFormat(String)
  /// The source is of a format of its own.
  case ownFormat(String)
  /// The URL's host or port is none, or its certificate cannot be checked.
  case malformed(reason: String)
  /// No webcam has this name.
  case noWebcam(name: String, known: [String])

  /// One line.
  public var description: String {
    switch self {
    case .empty: "no source is named"
    case .unsupported(let scheme):
      "unknown kind of source '\(scheme)' (known: rtsp, http, rtmp, srt, udp, rtp, tcp; v4l2:, screen, lavfi:, files)"
    case .unknownFormat(let name): "libav has no input format '\(name)' (ffmpeg -demuxers lists them)"
    case .ownFormat(let name): "the input format '\(name)' is for files and for what comes over the network"
    case .malformed(let reason): reason
    case .noWebcam(let name, let known):
      known.isEmpty
        ? "there is no webcam '\(name)': this machine has none"
        : "there is no webcam '\(name)' (there are: \(known.joined(separator: ", ")))"
    }
  }
}
