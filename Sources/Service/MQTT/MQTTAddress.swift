import Foundation
import VideoIO

/// Where poses are published: `mqtt://USER:PASSWORD@HOST:PORT/PREFIX`, or `mqtts://` with TLS.
public struct MQTTAddress: Hashable, Sendable, CustomStringConvertible {
  /// How a connection is encrypted; all are paths of PEM files.
  public struct TLS: Hashable, Sendable {
    /// Authorities that may vouch for the broker; `nil` for those that the system trusts.
    public var authorities: String?
    /// What this client shows of itself.
    public var certificate: String?
    /// The key of `certificate`.
    public var key: String?

    /// The system's authorities, and no certificate.
    public init() {}
  }

  /// The broker's name or address.
  public let host: String
  /// The broker's port, usually 1883, or 8883 with TLS.
  public let port: Int
  /// Who publishes.
  public var user: String?
  /// The user's password.
  public var password: String?
  /// What all topics begin with.
  public let prefix: String
  /// How the connection is encrypted; `nil` for not at all.
  public var tls: TLS?
  private let url: String

  /// Reads an address; `nil` if it is none.
  public init?(_ text: String) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme, ["mqtt", "mqtts"].contains(scheme),
      parts.fragment == nil, (1...65535).contains(parts.port ?? 1), let host = parts.host, !host.isEmpty
    else {
      return nil
    }
    let prefix = parts.path.trimmingCharacters(in: CharacterSet(charactersIn: "/"))
    guard !prefix.contains(where: { "#+".contains($0) }) else { return nil }
    self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    tls = scheme == "mqtts" ? TLS() : nil
    port = parts.port ?? (tls == nil ? 1883 : 8883)
    user = parts.user
    password = parts.password
    self.prefix = prefix.isEmpty ? "kapao-video" : prefix
    url = text
  }

  /// Without credentials.
  public var description: String { Redaction.redact(url) }
}
