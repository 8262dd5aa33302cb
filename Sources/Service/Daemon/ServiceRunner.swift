import Foundation
import Logging
import NIOCore
import Support
import VideoIO

/// Runs a daemon and its web server until the process is asked to end.
package final class ServiceRunner: @unchecked Sendable {
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
  package init(daemon: Daemon, reader: ConfigurationReader, path: String, log: Logger) {
    self.daemon = daemon
    self.reader = reader
    self.path = path
    self.log = log
  }

  /// Starts everything and returns after SIGTERM, SIGINT or SIGQUIT, when all outputs are complete.
  ///
  /// - Throws: What kept the service from starting, or ``ServiceError/unfinished``.
  package func run(_ configuration: ServiceConfiguration, version: String) throws {
    Foundation.signal(SIGPIPE, SIG_IGN)
    let web = configuration.http.map { WebService($0, daemon: daemon, version: version) }
    let task = try web.flatMap { web in try configuration.http.map { try start(web, at: $0) } }
    watchSignals()
    do {
      try daemon.apply(configuration)
    } catch {
      end(error)
    }
    let notifier = SystemdNotifier()
    if queue.sync(execute: { failure == nil }) { notifier?.send("READY=1") }
    let watchdog = notifier.flatMap { makeWatchdog($0, web) }
    finished.wait()
    watchdog?.cancel()
    notifier?.send("STOPPING=1")
    let isComplete = daemon.stop()
    task?.cancel()
    log.notice("stopped")
    if let failure = queue.sync(execute: { failure }) { throw failure }
    if !isComplete { throw ServiceError.unfinished }
  }

  /// Starts the web server and waits until it listens.
  ///
  /// - Throws: What keeps it from listening.
  private func start(_ web: WebService, at http: HTTPConfiguration) throws -> Task<Void, Never> {
    let started = DispatchSemaphore(value: 0)
    let task = Task { [self] in
      await serve(web, at: http) { started.signal() }
      started.signal()
    }
    started.wait()
    if let failure = queue.sync(execute: { failure }) { throw failure }
    return task
  }

  /// Answers requests until the task is cancelled. What keeps the server from listening at first ends the program; what
  /// stops it later leaves the streams alone: it starts again.
  private func serve(_ web: WebService, at http: HTTPConfiguration, _ isListening: @escaping @Sendable () -> Void) async
  {
    let host = http.address.contains(":") ? "[\(http.address)]" : http.address
    while !Task.isCancelled {
      do {
        try await web.run { [self] port in
          queue.sync { self.isListening = true }
          log.notice("listening on http://\(host):\(port)\(http.basePath)/")
          isListening()
        }
        guard !Task.isCancelled else { return }
        log.error("the web server stopped; starting it again")
      } catch {
        // The end is no failure.
        guard !Task.isCancelled else { return }
        guard queue.sync(execute: { self.isListening }) else {
          return end(ServiceError.cannotListen("\(http.address):\(http.port)", Self.reason(error)))
        }
        log.error("the web server stopped: \(Self.reason(error)); starting it again")
      }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Signs of life, as long as no stream hangs and the web server answers.
  private func makeWatchdog(_ notifier: SystemdNotifier, _ web: WebService?) -> (any DispatchSourceTimer)? {
    guard let interval = notifier.watchdogInterval else { return nil }
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "kapao.watchdog"))
    timer.schedule(deadline: .now(), repeating: interval)
    timer.setEventHandler { [daemon] in
      if daemon.isHealthy, web?.isAlive() ?? true { notifier.send("WATCHDOG=1") }
    }
    timer.resume()
    return timer
  }

  private func watchSignals() {
    sources = [SIGINT, SIGTERM, SIGQUIT, SIGHUP].map { (number: Int32) -> any DispatchSourceSignal in
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
    if let error = error as? IOError { String(cString: strerror(error.errnoCode)) } else { "\(error)" }
  }
}

/// Why a service ended badly.
package enum ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The web server cannot listen at an address.
  case cannotListen(String, String)
  /// Outputs could not be completed in time.
  case unfinished

  /// One line.
  package var description: String {
    switch self {
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    case .unfinished: "an output could not be completed in time"
    }
  }
}

/// Tells systemd how the service is doing, as `sd_notify` does.
package struct SystemdNotifier: Sendable {
  private let path: String
  /// Seconds from one sign of life to the next, where systemd wants any.
  package let watchdogInterval: Double?

  /// `nil` where the program was not started by systemd, or not with `Type=notify`.
  package init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count < 108
    else { return nil }
    self.path = path
    watchdogInterval = environment["WATCHDOG_USEC"].flatMap { Double($0) }.map { $0 / 1e6 / 2 }
  }

  /// Sends a state such as `READY=1`.
  package func send(_ state: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // A name that begins with @ is in no folder: its first byte is zero.
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (name[0] == 0 ? 0 : 1))
    let bytes = Array(state.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
  }
}
