import Foundation
import VideoIO

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
  ///     `lavfi:GRAPH` for generated pictures; otherwise the path of a file.
  ///   - transport: How RTSP's pictures travel.
  ///   - options: Further options of libav*; they go before those chosen here, but not before the list of protocols.
  /// - Throws: ``LiveSourceError``.
  public init(
    _ text: String, transport: RTSPTransport = .tcp, options: [String: String] = [:]
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
    } else if let scheme = Self.scheme(of: text) {
      guard Self.networkSchemes.contains(scheme) else { throw .unsupported(scheme: scheme) }
      var wanted = ["fflags": "nobuffer", "analyzeduration": "2000000"]
      if scheme.hasPrefix("rtsp") { wanted["rtsp_transport"] = transport.rawValue }
      let path = text.prefix { !"?#".contains($0) }.lowercased()
      let isPlaylist = scheme.hasPrefix("http") && path.hasSuffix(".m3u8")
      if isPlaylist { wanted["fflags"] = nil }
      wanted.merge(options) { $1 }
      wanted["protocol_whitelist"] = Self.networkProtocols
      self.init(text, kind: .network, options: wanted, isPaced: isPlaylist)
    } else {
      var wanted = options
      wanted["protocol_whitelist"] = "file,crypto,data"
      self.init(Self.rest(of: text, after: "file:") ?? text, kind: .file, options: wanted, isPaced: true)
    }
  }

  private static func rest(of text: String, after prefix: String) -> String? {
    text.hasPrefix(prefix) && text.count > prefix.count ? String(text.dropFirst(prefix.count)) : nil
  }

  private static func scheme(of text: String) -> String? {
    guard let range = text.range(of: "://") else { return nil }
    let scheme = text[..<range.lowerBound].lowercased()
    return !scheme.isEmpty && scheme.allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) } ? scheme : nil
  }
}
