import Foundation
import VideoIO

/// Where poses are published: `mqtt://USER:PASSWORD@HOST:PORT/PREFIX`.
public struct MQTTAddress: Hashable, Sendable, CustomStringConvertible {
  /// The broker's name or address.
  public let host: String
  /// The broker's port, usually 1883.
  public let port: Int
  /// Who publishes.
  public let user: String?
  /// The user's password.
  public let password: String?
  /// What all topics begin with.
  public let prefix: String
  private let url: String

  /// Reads an address; `nil` if it is none.
  public init?(_ text: String) {
    guard let parts = URLComponents(string: text), parts.scheme == "mqtt", parts.fragment == nil, let host = parts.host,
      !host.isEmpty
    else {
      return nil
    }
    let prefix = parts.path.trimmingCharacters(in: CharacterSet(charactersIn: "/"))
    guard !prefix.contains(where: { "#+".contains($0) }) else { return nil }
    self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    port = parts.port ?? 1883
    user = parts.user
    password = parts.password
    self.prefix = prefix.isEmpty ? "kapao-video" : prefix
    url = text
  }

  /// Without credentials.
  public var description: String { Redaction.redact(url) }
}
