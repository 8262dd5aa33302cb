import Foundation
import NIOCore

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
  private let hosts: Set<String>

  /// - Parameter hosts: Further names under which the server is reached. On an address that is not the loopback address
  ///   any name will do if there are none.
  package init(token: String?, isLoopback: Bool, hosts: [String] = []) {
    self.token = token
    self.isLoopback = isLoopback
    self.hosts = Set(hosts.map { $0.lowercased() })
  }

  /// Decides about a request by its headers and the `token` of its address.
  package func decide(
    host: String?, authorization: String?, cookie: String?, queryToken: String?
  ) -> Decision {
    if !isOurs(host) { return .misdirected }
    guard let token else { return .allow }
    if let queryToken { return Self.isSame(queryToken, token) ? .remember : .refuse }
    if let authorization, authorization.lowercased().hasPrefix("bearer ") {
      return Self.isSame(String(authorization.dropFirst(7)), token) ? .allow : .refuse
    }
    let cookies = (cookie ?? "").split(separator: ";").map { $0.drop { $0 == " " } }
    let kept = cookies.first { $0.hasPrefix("kapao_token=") }.map { String($0.dropFirst(12)) }
    return kept.map { Self.isSame($0, token) } == true ? .allow : .refuse
  }

  /// Whether a request names this machine by one of its own names. Addresses are good where other machines can reach
  /// them: only a name can be made to lead here by somebody else.
  private func isOurs(_ host: String?) -> Bool {
    guard isLoopback || !hosts.isEmpty, let host = host?.lowercased(), !host.isEmpty else { return true }
    let name = host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" }) : String(host.prefix { $0 != ":" })
    if name == "localhost" || hosts.contains(name) { return true }
    guard let address = IPNetwork(name) else { return false }
    return isLoopback ? TrustedProxies.loopback.contains { $0.contains(address) } : true
  }

  /// Compares in a time that does not tell how much is right.
  private static func isSame(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// The proxies whose word about a request counts: those on this machine, and those that the configuration names.
package struct TrustedProxies: Sendable {
  static let loopback = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap { $0 }

  private let networks: [IPNetwork]

  package init(_ networks: [IPNetwork]) { self.networks = networks + Self.loopback }

  /// Whether a connection comes from one of them.
  package func contains(_ address: SocketAddress) -> Bool {
    guard let address = address.ipAddress.flatMap(IPNetwork.init) else { return false }
    return networks.contains { $0.contains(address) }
  }
}

/// An address or a range of addresses, such as `10.0.0.0/8` or `fd00::/8`.
package struct IPNetwork: Hashable, Sendable {
  private let bytes: [UInt8]
  private let bits: Int

  /// Reads its text; `nil` if it is none.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let bytes = Self.bytes(String(first)) else { return nil }
    let bits = parts.count == 2 ? Int(parts[1]) : bytes.count * 8
    guard let bits, (0...bytes.count * 8).contains(bits) else { return nil }
    self.bytes = bytes
    self.bits = bits
  }

  /// Whether another address or range lies within this one.
  func contains(_ other: IPNetwork) -> Bool {
    guard other.bytes.count == bytes.count, other.bits >= bits else { return false }
    return (0..<bits).allSatisfy { bit in
      let mask: UInt8 = 0x80 >> UInt8(bit % 8)
      return bytes[bit / 8] & mask == other.bytes[bit / 8] & mask
    }
  }

  /// What one client cannot change at will: its address, or the network that IPv6 gives to a client.
  var ofClient: [UInt8] { bytes.count == 16 ? Array(bytes[..<8]) : bytes }

  /// The four or sixteen bytes of an address; an IPv4 address in IPv6's clothes has four.
  private static func bytes(_ text: String) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &buffer) == 1 { return Array(buffer[..<4]) }
    guard inet_pton(AF_INET6, text, &buffer) == 1 else { return nil }
    return buffer.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) ? Array(buffer[12...]) : buffer
  }
}
