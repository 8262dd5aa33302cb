import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Support
import Synchronization
import VideoIO

/// The daemon's web server.
package final class WebService: Sendable {
  private let configuration: HTTPConfiguration
  private let responder: WebResponder
  private let limits: HTTPLimits
  /// When the thread that serves was last free, in seconds of the monotonic clock; 0 before it has served.
  private let lastBeat = Mutex(0.0)

  /// A server that does not yet listen.
  package convenience init(_ configuration: HTTPConfiguration, daemon: Daemon, version: String) {
    self.init(configuration, daemon: daemon, version: version, limits: HTTPLimits())
  }

  package init(_ configuration: HTTPConfiguration, daemon: Daemon, version: String, limits: HTTPLimits) {
    self.configuration = configuration
    self.limits = limits
    responder = WebResponder(configuration, daemon: daemon, version: version, viewers: limits.viewers)
  }

  /// Answers requests until the task is cancelled, then closes all connections. May be called again afterwards.
  ///
  /// - Parameter isListening: Is told the port.
  /// - Throws: What keeps it from listening, for example a port that is taken.
  package func run(_ isListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    // What it has to do besides waiting is to copy; a thread does that for more viewers than there may be.
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let server = server(threads, isListening)
    // A server that is cancelled loses connections that it has just accepted, and NIO traps: it is shut down instead.
    let running = Task { try await server.run() }
    let result = await withTaskCancellationHandler {
      await running.result
    } onCancel: {
      Task { try? await server.shutdownGracefully() }
    }
    try? await threads.shutdownGracefully()
    if !Task.isCancelled { try result.get() }
  }

  /// Whether the server, if it has ever listened, still does, and has had time for a client in the last seconds.
  package func isAlive(at now: Double = MonotonicTime.seconds) -> Bool {
    let last = lastBeat.withLock { $0 }
    return last == 0 || now - last < 10
  }

  private func server(
    _ threads: MultiThreadedEventLoopGroup, _ isListening: @escaping @Sendable (Int) -> Void
  ) -> Server<HTTPConnection> {
    let proxies = TrustedProxies(configuration.proxies)
    let connection = HTTPConnection(
      responder: { [responder] request, writer, channel in
        // However many requests a client sends at once, each connection has one answered in its turn.
        await Task.yield()
        let isTrusted = channel.remoteAddress.map { proxies.contains($0) } ?? false
        let response = await responder.answer(request, isFromProxy: isTrusted) { channel.isActive }
        if request.method == .head {
          try await writer.writeResponse(response.head)
        } else {
          try await writer.write(response: response.head, body: response.body)
        }
      }, limits: limits, table: ConnectionTable(limits: limits, proxies: proxies))
    return Server(
      childChannelSetup: connection,
      configuration: ServerConfiguration(address: .hostname(configuration.address, port: configuration.port)),
      onServerRunning: { [self] channel in
        channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .seconds(1)) { [weak self] _ in
          self?.lastBeat.withLock { $0 = MonotonicTime.seconds }
        }
        isListening(channel.localAddress?.port ?? 0)
      }, eventLoopGroup: threads, logger: Logger(label: "http") { _ in SwiftLogNoOpLogHandler() })
  }
}
