import FlyingFox
import Foundation
import Logging
import Pipeline

/// The daemon's web server: the page with all streams, their pictures, their numbers.
public final class WebService: Sendable {
  private let daemon: Daemon
  private let configuration: HTTPConfiguration
  private let version: String
  private let access: AccessRule
  private let viewers = ViewerLimit(maximum: 64)
  private let server: HTTPServer

  /// A server that does not yet listen.
  ///
  /// - Throws: `SocketError` for an address that is none.
  public init(_ configuration: HTTPConfiguration, daemon: Daemon, version: String) throws {
    self.daemon = daemon
    self.configuration = configuration
    self.version = version
    access = AccessRule(token: configuration.token, isLoopback: configuration.isLoopback)
    server = try Self.server(configuration)
  }

  /// Answers requests until the task is cancelled or ``stop()`` is called; may be called again after an error.
  ///
  /// - Throws: What keeps it from listening, for example a port that is taken.
  public func run() async throws {
    await server.appendRoute("*") { [self] request in await answer(request) }
    try await server.run()
  }

  /// Waits until it listens; the port.
  public func waitUntilListening() async throws -> UInt16 {
    try await server.waitUntilListening()
    switch await server.listeningAddress {
    case .ip4(_, let port), .ip6(_, let port): return port
    default: return 0
    }
  }

  /// Ends it; connections that are open are closed.
  public func stop() async { await server.stop(timeout: 0.2) }

  private static func server(_ configuration: HTTPConfiguration) throws -> HTTPServer {
    let port = UInt16(configuration.port)
    if configuration.address.contains(":") {
      return HTTPServer(address: try .inet6(ip6: configuration.address, port: port), logger: .disabled)
    }
    return HTTPServer(address: try .inet(ip4: configuration.address, port: port), logger: .disabled)
  }

  // MARK: - Requests

  private func answer(_ request: HTTPRequest) async -> HTTPResponse {
    var response = await route(request)
    for (name, value) in Self.securityHeaders { response.headers[HTTPHeader(name)] = value }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }

  private func route(_ request: HTTPRequest) async -> HTTPResponse {
    let isHead = request.method == .HEAD
    guard request.method == .GET || isHead else { return .plain(.methodNotAllowed, "only GET is answered\n") }
    // A probe needs no token: it learns nothing but that the program runs.
    if request.path == "/healthz" {
      return daemon.isHealthy ? .plain(.ok, "ok\n") : .plain(.serviceUnavailable, "a stream hangs\n")
    }
    let token = request.query.first { $0.name == "token" }?.value
    switch access.decide(
      host: request.headers[.host], authorization: request.headers[.authorization], cookie: request.headers[.cookie],
      queryToken: token)
    {
    case .allow: break
    case .misdirected: return .plain(.misdirectedRequest, "this name does not belong to this machine\n")
    case .refuse:
      var refusal = HTTPResponse.plain(.unauthorized, "a token is needed: /?token=… or Authorization: Bearer …\n")
      refusal.headers[HTTPHeader("WWW-Authenticate")] = "Bearer"
      return refusal
    case .remember:
      var redirection = HTTPResponse.plain(.seeOther, "")
      redirection.headers[.location] = request.path
      redirection.headers[.setCookie] = "kapao_token=\(token ?? ""); HttpOnly; SameSite=Strict; Path=/"
      return redirection
    }
    let page = await page(request.path)
    return isHead ? page.withoutBody : page
  }

  private func page(_ path: String) async -> HTTPResponse {
    switch path {
    case "/": return .text(.ok, "text/html; charset=utf-8", WebPage.html)
    case "/page.css": return .text(.ok, "text/css; charset=utf-8", WebPage.style)
    case "/page.js": return .text(.ok, "text/javascript; charset=utf-8", WebPage.script)
    case "/readyz": return readiness
    case "/metrics":
      let metrics = MetricsText(daemon.statuses, version: version, process: .current)
      return .text(.ok, "text/plain; version=0.0.4; charset=utf-8", metrics.text)
    case "/api/streams": return .json(daemon.statuses)
    default: break
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    if parts.count == 3, parts.starts(with: ["api", "streams"]), let name = parts.last {
      return daemon.statuses.first { $0.name == name }.map { .json($0) } ?? .missing
    }
    if parts.count == 2, parts.first == "streams", let file = parts.last {
      if file.hasSuffix(".jpg") { return await snapshot(String(file.dropLast(4))) }
      if file.hasSuffix(".mjpg") { return movingPicture(String(file.dropLast(5))) }
    }
    return .missing
  }

  /// Ready as long as one stream gives pictures.
  private var readiness: HTTPResponse {
    let statuses = daemon.statuses
    let away = statuses.filter { $0.state != .streaming }
    let isReady = away.count < statuses.count
    let list = away.map { "\($0.name): \($0.state.rawValue)\n" }.joined()
    return .plain(isReady ? .ok : .serviceUnavailable, (isReady ? "ready\n" : "no stream gives pictures\n") + list)
  }

  private func movingPicture(_ name: String) -> HTTPResponse {
    guard let picture = daemon.picture(of: name) else { return .missing }
    guard let viewer = viewers.enter() else { return .plain(.serviceUnavailable, "too many viewers\n") }
    return HTTPResponse(
      statusCode: .ok, headers: [.contentType: MJPEGBody.contentType, .connection: "close"],
      body: HTTPBodySequence(from: MJPEGBody(picture: picture, viewer: viewer)))
  }

  private func snapshot(_ name: String) async -> HTTPResponse {
    guard let picture = daemon.picture(of: name) else { return .missing }
    guard let jpeg = await picture.current(within: 10) else {
      return .plain(.serviceUnavailable, "there has been no picture yet\n")
    }
    return HTTPResponse(statusCode: .ok, headers: [.contentType: "image/jpeg"], body: Data(jpeg.bytes))
  }

  private static let securityHeaders = [
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
      + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
  ]
}
