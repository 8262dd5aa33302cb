import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Pipeline

/// Answers the requests: the page with all streams, their pictures, their numbers.
struct WebResponder: Sendable {
  private let daemon: Daemon
  private let version: String
  private let basePath: String
  private let access: AccessRule
  private let viewers: ViewerLimit

  init(_ configuration: HTTPConfiguration, daemon: Daemon, version: String, viewers: Int) {
    self.daemon = daemon
    self.version = version
    basePath = configuration.basePath
    access = AccessRule(
      token: configuration.token, isLoopback: configuration.isLoopback, hosts: configuration.hosts)
    self.viewers = ViewerLimit(maximum: viewers)
  }

  /// The answer to a request.
  ///
  /// - Parameters:
  ///   - isFromProxy: Whether the connection is that of a proxy whose headers can be relied on.
  ///   - isConnected: Whether the client is still there.
  func answer(
    _ request: Request, isFromProxy: Bool, isConnected: @escaping @Sendable () -> Bool
  ) async -> Response {
    var response = await route(request, isFromProxy, isConnected)
    for (name, value) in Self.securityHeaders { response.headers[name] = value }
    response.headers[.cacheControl] = "no-store"
    response.headers[.date] = Self.date
    return response
  }

  private func route(
    _ request: Request, _ isFromProxy: Bool, _ isConnected: @escaping @Sendable () -> Bool
  ) async -> Response {
    guard request.method == .get || request.method == .head else {
      var refusal = Response.plain(.methodNotAllowed, "only GET and HEAD are answered\n")
      refusal.headers[.allow] = "GET, HEAD"
      return refusal
    }
    let path = path(of: request)
    // A probe needs no token: it learns nothing but that the program runs.
    if path == "/healthz" {
      return daemon.isHealthy ? .plain(.ok, "ok\n") : .plain(.serviceUnavailable, "a stream hangs\n")
    }
    let token = request.uri.queryParameters["token"].map(String.init)
    switch access.decide(
      host: request.head.authority, authorization: request.headers[.authorization], cookie: request.headers[.cookie],
      queryToken: token)
    {
    case .allow: break
    case .misdirected: return .plain(.misdirectedRequest, "this name does not belong to this machine\n")
    case .refuse:
      var refusal = Response.plain(.unauthorized, "a token is needed: /?token=… or Authorization: Bearer …\n")
      refusal.headers[.wwwAuthenticate] = "Bearer"
      return refusal
    case .remember:
      var answer = redirection(to: request.uri.path.split(separator: "/", omittingEmptySubsequences: false).last)
      // A proxy before that proxy puts its own in front.
      let isSecure = isFromProxy && request.headers[.forwardedProtocol]?.lowercased().hasPrefix("https") ?? false
      answer.headers[.setCookie] =
        "kapao_token=\(token ?? ""); HttpOnly; SameSite=Strict; Path=\(basePath.isEmpty ? "/" : basePath)"
        + (isSecure ? "; Secure" : "")
      return answer
    }
    return await page(path, isConnected)
  }

  /// The path of a request below the path at which a proxy publishes the server, whether or not the proxy leaves that away.
  private func path(of request: Request) -> String {
    let path = request.uri.path
    guard !basePath.isEmpty, path == basePath || path.hasPrefix(basePath + "/") else { return path }
    return String(path.dropFirst(basePath.count))
  }

  /// A redirection to a place beside the one that was asked for. It is relative, so that it leads nowhere else, and stays
  /// right behind a proxy.
  private func redirection(to name: Substring?, end: String = "") -> Response {
    let plain = name?.removingPercentEncoding?.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
    var answer = Response.plain(.seeOther, "")
    answer.headers[.location] = "./" + plain + end
    return answer
  }

  private func page(_ path: String, _ isConnected: @escaping @Sendable () -> Bool) async -> Response {
    switch path {
    // Links of the page are relative, and so need the slash.
    case "": return redirection(to: basePath.split(separator: "/").last, end: "/")
    case "/": return .text(.ok, "text/html; charset=utf-8", WebPage.html)
    case "/page.css": return .text(.ok, "text/css; charset=utf-8", WebPage.style)
    case "/page.js": return .text(.ok, "text/javascript; charset=utf-8", WebPage.script)
    case "/readyz": return readiness
    case "/metrics":
      let metrics = MetricsText(daemon.statuses, version: version, shard: daemon.shard, process: .current)
      return .text(.ok, "text/plain; version=0.0.4; charset=utf-8", metrics.text)
    case "/api/streams": return .json(daemon.statuses)
    default: break
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
      String($0).removingPercentEncoding ?? ""
    }
    if parts.count == 3, parts.starts(with: ["api", "streams"]), let name = parts.last {
      return daemon.statuses.first { $0.name == name }.map { .json($0) } ?? .missing
    }
    if parts.count == 2, parts.first == "streams", let file = parts.last {
      if file.hasSuffix(".jpg") { return await snapshot(String(file.dropLast(4)), isConnected) }
      if file.hasSuffix(".svg") { return court(String(file.dropLast(4))) }
      if file.hasSuffix(".mjpg") { return movingPicture(String(file.dropLast(5)), isConnected) }
    }
    return .missing
  }

  /// Ready as long as one stream gives pictures.
  private var readiness: Response {
    let statuses = daemon.statuses
    let away = statuses.filter { $0.state != .streaming }
    let isReady = away.count < statuses.count
    let list = away.map { "\($0.name): \($0.state.rawValue)\n" }.joined()
    return .plain(isReady ? .ok : .serviceUnavailable, (isReady ? "ready\n" : "no stream gives pictures\n") + list)
  }

  private func movingPicture(_ name: String, _ isConnected: @escaping @Sendable () -> Bool) -> Response {
    guard let picture = daemon.picture(of: name) else { return .missing }
    guard let viewer = viewers.enter() else { return .tooManyViewers }
    let body = MJPEGBody(picture: picture, viewer: viewer, isConnected: isConnected)
    return Response(
      status: .ok, headers: [.contentType: MJPEGBody.contentType, .connection: "close"],
      body: ResponseBody { try await body.write(&$0) })
  }

  /// The court from above; 404 for a stream without one.
  private func court(_ name: String) -> Response {
    guard let stream = daemon.stream(name), let court = stream.court else { return .missing }
    return .text(.ok, "image/svg+xml", LiveCourtSVG(court: court, players: stream.status.players ?? []).text)
  }

  private func snapshot(_ name: String, _ isConnected: @Sendable () -> Bool) async -> Response {
    guard let picture = daemon.picture(of: name) else { return .missing }
    guard let viewer = viewers.enter() else { return .tooManyViewers }
    defer { withExtendedLifetime(viewer) {} }
    // In short waits, so that a client that has gone is not waited for.
    for _ in 0..<10 where isConnected() {
      if let jpeg = await picture.current(within: 1) { return .jpeg(jpeg.bytes) }
    }
    return .plain(.serviceUnavailable, "there has been no picture yet\n")
  }

  /// The present time as HTTP writes it.
  private static var date: String {
    var (now, parts) = (time(nil), tm())
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 40)
    let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// What stands for itself in a URL (RFC 3986).
  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  private static let securityHeaders: [(HTTPField.Name, String)] = [
    (
      .contentSecurityPolicy,
      "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ), (.xContentTypeOptions, "nosniff"), (HTTPField.Name("X-Frame-Options")!, "DENY"),
    (HTTPField.Name("Referrer-Policy")!, "no-referrer"), (.crossOriginResourcePolicy, "same-origin"),
  ]
}

extension HTTPField.Name {
  fileprivate static let forwardedProtocol = HTTPField.Name("X-Forwarded-Proto")!
}

extension Response {
  fileprivate static var tooManyViewers: Response {
    var response = plain(.serviceUnavailable, "too many viewers\n")
    response.headers[.retryAfter] = "5"
    return response
  }
}

extension Response {
  static func text(_ status: HTTPResponse.Status, _ type: String, _ text: String) -> Response {
    Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
    .text(status, "text/plain; charset=utf-8", text)
  }

  static var missing: Response { .plain(.notFound, "there is no such page\n") }

  static func json(_ value: some Encodable) -> Response {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return .plain(.internalServerError, "no JSON\n") }
    return Response(
      status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }

  static func jpeg(_ bytes: [UInt8]) -> Response {
    Response(
      status: .ok, headers: [.contentType: "image/jpeg"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
