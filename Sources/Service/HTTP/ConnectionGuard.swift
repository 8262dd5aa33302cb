import Foundation
import NIOCore
import NIOHTTP1

/// Stands between one connection's HTTP/1 codec and the server. It refuses what is not to the standard, frames the answers,
/// ends the connection when it has to end, and keeps clients from sending or reading for ever.
final class ConnectionGuard: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// A request whose answer has not been written to its end.
  private struct Exchange {
    let isHead: Bool
    let version: HTTPVersion
    var isLast: Bool
  }

  private let limits: HTTPLimits
  private let table: ConnectionTable
  /// The requests that wait for their answers, the oldest first.
  private var exchanges: [Exchange] = []
  /// Whether a request has begun and not ended.
  private var isReceiving = false
  private var bodyBytes = 0
  /// Whether what comes further is left alone.
  private var isDeaf = false
  /// Whether the last answer has been written.
  private var isOver = false
  private var discardedBytes = 0
  private var waitingSince = NIODeadline.now()
  private var stuckSince: NIODeadline?
  private var timer: Scheduled<Void>?

  init(limits: HTTPLimits, table: ConnectionTable) {
    self.limits = limits
    self.table = table
  }

  func handlerAdded(context: ChannelHandlerContext) { arm(context) }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    table.remove(context.channel)
    timer?.cancel()
    context.fireChannelInactive()
  }

  // MARK: - Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDeaf else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      if let status = HTTPRequestCheck.refusal(of: head, bodyBytes: limits.bodyBytes) {
        return refuse(context, status)
      }
      bodyBytes = 0
      isReceiving = true
      waitingSince = .now()
      // Nothing is decoded after an upgrade that was asked for.
      let isUpgrade = head.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
      let isLast = !head.isKeepAlive || isUpgrade || head.version == .http1_0
      exchanges.append(Exchange(isHead: head.method == .HEAD, version: head.version, isLast: isLast))
      context.fireChannelRead(data)
    case .body(let bytes):
      // Nobody needs it.
      bodyBytes += bytes.readableBytes
      if bodyBytes > limits.bodyBytes { return refuse(context, .payloadTooLarge) }
    case .end:
      isReceiving = false
      isDeaf = exchanges.last?.isLast ?? false
      context.fireChannelRead(wrapInboundOut(.end(nil)))
    }
    note(context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case ByteToMessageDecoderError.dataReceivedInErrorState(_, let bytes):
      discardedBytes += bytes.readableBytes
      if discardedBytes > limits.bodyBytes * 16 { context.close(promise: nil) }
    case HTTPParserError.headerOverflow: refuse(context, .requestHeaderFieldsTooLarge)
    case HTTPParserError.invalidVersion: refuse(context, .httpVersionNotSupported)
    case is HTTPParserError: refuse(context, .badRequest)
    default: context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event, isOver { context.close(promise: nil) }
    // The server ends.
    if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  /// Answers with an error and ends the connection; if answers to earlier requests are due, only those are given.
  private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
    guard !isDeaf else { return }
    isDeaf = true
    guard exchanges.isEmpty else { return note(context) }
    if !isReceiving {
      let text = "\(status.code) \(status.reasonPhrase)\n"
      let headers: HTTPHeaders = [
        "Connection": "close", "Content-Type": "text/plain; charset=utf-8", "Content-Length": "\(text.utf8.count)",
      ]
      let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }
    end(context)
  }

  // MARK: - Answers

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard let exchange = exchanges.first, !isOver else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      exchanges[0].isLast = exchange.isLast || head.headers[canonicalForm: "Connection"].contains("close")
      frame(&head, of: exchanges[0])
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      context.write(data, promise: promise)
      exchanges.removeFirst()
      if !isReceiving { waitingSince = .now() }
      if exchange.isLast || isDeaf && exchanges.isEmpty { return end(context) }
    }
    note(context)
  }

  /// Says how long an answer is, in the way the client's version knows.
  private func frame(_ head: inout HTTPResponseHead, of exchange: Exchange) {
    head.version = exchange.version
    if exchange.isLast || isDeaf && exchanges.count == 1 {
      head.headers.replaceOrAdd(name: "Connection", value: "close")
    }
    guard !head.headers.contains(name: "Content-Length"), head.status.mayHaveResponseBody, !exchange.isHead else {
      return
    }
    if exchange.version.minor > 0 { head.headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked") }
  }

  /// Ends the connection in a way that lets the client read the last answer: a connection that is closed with bytes unread
  /// is reset.
  private func end(_ context: ChannelHandlerContext) {
    isOver = true
    isDeaf = true
    context.flush()
    context.close(mode: .output, promise: nil)
    waitingSince = .now()
    note(context)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stuckSince = context.channel.isWritable ? nil : .now()
    note(context)
    context.fireChannelWritabilityChanged()
  }

  // MARK: - Time

  private func note(_ context: ChannelHandlerContext) {
    let state: ConnectionState =
      if let stuckSince { .stuck(stuckSince) } else if exchanges.isEmpty { .waiting(waitingSince) } else { .answering }
    table.note(state, of: context.channel)
    arm(context)
  }

  /// When the connection is to be closed if nothing happens.
  private var deadline: NIODeadline? {
    if let stuckSince { return stuckSince + limits.writeTime }
    if isOver { return waitingSince + limits.endTime }
    return exchanges.isEmpty || isReceiving ? waitingSince + limits.requestTime : nil
  }

  private func arm(_ context: ChannelHandlerContext) {
    timer?.cancel()
    timer = deadline.map { deadline in
      context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { context.close(promise: nil) }
    }
  }
}
