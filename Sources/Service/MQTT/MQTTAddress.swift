import Foundation
import Support
import VideoIO

/// Where poses are published: `mqtt://USER:PASSWORD@HOST:PORT/PREFIX`, or `mqtts://` with TLS.
package struct MQTTAddress: Hashable, Sendable, CustomStringConvertible {
  /// How a connection is encrypted; all are paths of PEM files.
  package struct TLS: Hashable, Sendable {
    /// Authorities that may vouch for the broker; `nil` for those that the system trusts.
    package var authorities: String?
    /// What this client shows of itself.
    package var certificate: String?
    /// The key of `certificate`.
    package var key: String?

    /// The system's authorities, and no certificate.
    package init() {}
  }

  /// The broker's name or address.
  package let host: String
  /// The broker's port, usually 1883, or 8883 with TLS.
  package let port: Int
  /// Who publishes.
  package var user: String?
  /// The user's password.
  package var password: String?
  /// What all topics begin with.
  package let prefix: String
  /// How the connection is encrypted; `nil` for not at all.
  package var tls: TLS?
  private let url: String

  /// Reads an address; `nil` if it is none.
  package init?(_ text: String) {
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
    _ = Redaction.shown(url)
  }

  /// Without credentials.
  package var description: String { Redaction.shown(url) }
}
