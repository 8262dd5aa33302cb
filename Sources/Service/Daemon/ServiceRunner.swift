import FlyingSocks
import Foundation
import Logging
import VideoIO

/// Runs a daemon and its web server until the process is asked to end.
public final class ServiceRunner: @unchecked Sendable {
  // @unchecked: `failure` and `isListening` are only touched on the signals' queue until the end.

  private let daemon: Daemon
  private let reader: ConfigurationReader
  private let path: String
  private let log: Logger
  private let queue = DispatchQueue(label: "kapao.service")
  private let reloading = DispatchQueue(label: "kapao.service.reload")
  private let finished = DispatchSemaphore(value: 0)
  private var sources: [any DispatchSourceSignal] = []
  private var failure: (any Error)?
  private var isListening = false

  /// - Parameter path: The configuration, which SIGHUP reads again.
  public init(daemon: Daemon, reader: ConfigurationReader, path: String, log: Logger) {
    self.daemon = daemon
    self.reader = reader
    self.path = path
    self.log = log
  }

  /// Starts everything and returns after SIGTERM or SIGINT, when all outputs are complete.
  ///
  /// - Throws: What kept the service from starting, or ``ServiceError/unfinished``.
  public func run(_ configuration: ServiceConfiguration, version: String) throws {
    Foundation.signal(SIGPIPE, SIG_IGN)
    let web = try configuration.http.map { try WebService($0, daemon: daemon, version: version) }
    let task = web.map { web in Task { [self] in await serve(web, at: Self.text(configuration.http)) } }
    if let web, let http = configuration.http { try waitUntilListening(web, http) }
    watchSignals()
    do {
      try daemon.apply(configuration)
    } catch {
      end(error)
    }
    let notifier = SystemdNotifier()
    if queue.sync(execute: { failure == nil }) { notifier?.send("READY=1") }
    let watchdog = notifier.flatMap(makeWatchdog)
    finished.wait()
    watchdog?.cancel()
    notifier?.send("STOPPING=1")
    let isComplete = daemon.stop()
    task?.cancel()
    log.notice("stopped")
    if let failure = queue.sync(execute: { failure }) { throw failure }
    if !isComplete { throw ServiceError.unfinished }
  }

  /// Answers requests until the task is cancelled. What keeps the server from starting ends the program; what stops it
  /// later, for example more connections than the process may have, leaves the streams alone: it starts again.
  private func serve(_ web: WebService, at address: String) async {
    while !Task.isCancelled {
      do {
        try await web.run()
      } catch {
        // The end is no failure.
        guard !Task.isCancelled else { return }
        guard queue.sync(execute: { isListening }) else {
          return end(ServiceError.cannotListen(address, Self.reason(error)))
        }
        log.error("the web server stopped: \(Self.reason(error)); starting it again")
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  private func waitUntilListening(_ web: WebService, _ http: HTTPConfiguration) throws {
    let listening = DispatchSemaphore(value: 0)
    Task { [self] in
      if let port = try? await web.waitUntilListening() {
        queue.sync { isListening = true }
        let host = http.address.contains(":") ? "[\(http.address)]" : http.address
        log.notice("listening on http://\(host):\(port)/")
      }
      listening.signal()
    }
    while listening.wait(timeout: .now() + 0.05) == .timedOut {
      if let failure = queue.sync(execute: { failure }) { throw failure }
    }
  }

  /// Signs of life, as long as every stream is looked after.
  private func makeWatchdog(_ notifier: SystemdNotifier) -> (any DispatchSourceTimer)? {
    guard let interval = notifier.watchdogInterval else { return nil }
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "kapao.watchdog"))
    timer.schedule(deadline: .now(), repeating: interval)
    timer.setEventHandler { [daemon] in
      if daemon.isHealthy { notifier.send("WATCHDOG=1") }
    }
    timer.resume()
    return timer
  }

  private func watchSignals() {
    sources = [SIGINT, SIGTERM, SIGHUP].map { (number: Int32) -> any DispatchSourceSignal in
      Foundation.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { [self] in
        // A request to end does not wait for streams that are being replaced.
        if number == SIGHUP { reloading.async { [self] in reload() } } else { finished.signal() }
      }
      source.resume()
      return source
    }
  }

  private func reload() {
    do {
      try daemon.apply(try reader.read(path))
      log.notice("the configuration was read again")
    } catch {
      log.error("the configuration stays as it was:\n\(Redaction.redact("\(error)"))")
    }
  }

  private func end(_ error: any Error) {
    queue.async { [self] in
      failure = failure ?? error
      finished.signal()
    }
  }

  private static func reason(_ error: any Error) -> String {
    if case SocketError.failed(_, _, let message) = error { message } else { "\(error)" }
  }

  private static func text(_ http: HTTPConfiguration?) -> String { http.map { "\($0.address):\($0.port)" } ?? "" }
}
