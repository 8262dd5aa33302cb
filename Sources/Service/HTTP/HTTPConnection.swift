import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// How the server sets up and serves one connection.
struct HTTPConnection: HTTPChannelHandler {
  typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

  let responder: HTTPChannelHandler.Responder
  let limits: HTTPLimits
  let table: ConnectionTable

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      var decoder = NIOHTTPDecoderLimitConfiguration()
      decoder.maxHeaderFieldSize = limits.fieldBytes
      decoder.maxHeaderListSize = limits.headBytes
      decoder.maxHeaderFieldCount = limits.fields
      var encoder = HTTPResponseEncoder.Configuration()
      encoder.automaticallySetFramingHeaders = false
      let pipeline = channel.pipeline.syncOperations
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: true,
        withEncoderConfiguration: encoder, withDecoderLimitConfiguration: decoder)
      try pipeline.addHandler(ConnectionGuard(limits: limits, table: table))
      try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
      // What a slow viewer has not read should be few pictures, not the megabytes that the kernel would keep.
      try? channel.syncOptions?.setOption(.tcpOption(.init(rawValue: Self.unsentLowWatermark)), value: 128 << 10)
      let value = try Value(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
      table.add(channel)
      return value
    }
  }

  func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }

  /// TCP_NOTSENT_LOWAT, which Glibc's module does not have.
  private static let unsentLowWatermark: CInt = 25
}

/// What the standard forbids in a request (RFC 9112) and the decoder lets through.
enum HTTPRequestCheck {
  /// The status to refuse a request with; `nil` if it is good.
  static func refusal(of head: HTTPRequestHead, bodyBytes: Int) -> HTTPResponseStatus? {
    guard head.version == .http1_0 || head.version == .http1_1 else { return .httpVersionNotSupported }
    let hosts = head.headers["Host"].count
    if hosts > 1 || hosts == 0 && head.version == .http1_1 { return .badRequest }
    // A line that goes on in the next, or control characters: other servers read it in another way.
    let isPlain = { (text: String) in text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 } }
    guard head.headers.allSatisfy({ isPlain($0.value) }), isPlain(head.uri) else { return .badRequest }
    let lengths = head.headers["Content-Length"]
    let encodings = head.headers["Transfer-Encoding"]
    if !encodings.isEmpty {
      guard lengths.isEmpty, head.version == .http1_1 else { return .badRequest }
      guard encodings.count == 1, encodings[0].lowercased() == "chunked" else { return .notImplemented }
    }
    if lengths.count > 1 { return .badRequest }
    if let length = lengths.first {
      guard let length = Int(length) else { return .badRequest }
      if length > bodyBytes { return .payloadTooLarge }
    }
    if head.method == .CONNECT { return .methodNotAllowed }
    if head.uri == "*", head.method == .OPTIONS { return nil }
    let uri = head.uri.lowercased()
    return uri.hasPrefix("/") || uri.hasPrefix("http://") || uri.hasPrefix("https://") ? nil : .badRequest
  }
}
