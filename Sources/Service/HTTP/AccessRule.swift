/// Whom the web server answers.
package struct AccessRule: Sendable {
  /// What is done with a request.
  package enum Decision: Hashable, Sendable {
    case allow
    /// The right token came with the address: keep it in a cookie and leave it out of the address.
    case remember
    /// No token, or a wrong one.
    case refuse
    /// A page of another name tries to reach this machine through the browser.
    case misdirected
  }

  private let token: String?
  private let isLoopback: Bool

  package init(token: String?, isLoopback: Bool) {
    self.token = token
    self.isLoopback = isLoopback
  }

  /// Decides about a request by its headers and the `token` of its address.
  package func decide(
    host: String?, authorization: String?, cookie: String?, queryToken: String?
  ) -> Decision {
    if isLoopback, !Self.isLocal(host) { return .misdirected }
    guard let token else { return .allow }
    if let queryToken { return Self.isSame(queryToken, token) ? .remember : .refuse }
    if let authorization, authorization.lowercased().hasPrefix("bearer ") {
      return Self.isSame(String(authorization.dropFirst(7)), token) ? .allow : .refuse
    }
    let cookies = (cookie ?? "").split(separator: ";").map { $0.drop { $0 == " " } }
    let kept = cookies.first { $0.hasPrefix("kapao_token=") }.map { String($0.dropFirst(12)) }
    return kept.map { Self.isSame($0, token) } == true ? .allow : .refuse
  }

  /// Whether a request names this machine by one of its own names.
  private static func isLocal(_ host: String?) -> Bool {
    guard let host, !host.isEmpty else { return true }
    let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }) + "]" : String(host.prefix { $0 != ":" })
    return ["localhost", "[::1]"].contains(name)
      || name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." }
  }

  /// Compares in a time that does not tell how much is right.
  private static func isSame(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
