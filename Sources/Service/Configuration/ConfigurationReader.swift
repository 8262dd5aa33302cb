import Foundation
import Pipeline
import YAMLFile

/// Reads a configuration file and finds everything that is wrong with it.
package struct ConfigurationReader {
  /// What neither a stream nor the defaults say.
  let usual: AnalysisSettings
  private let secrets: SecretText

  /// A reader that fills in variables of the process's environment.
  package init() {
    usual = AnalysisSettings()
    secrets = SecretText()
  }

  package init(usual: AnalysisSettings, environment: [String: String]) {
    self.usual = usual
    secrets = SecretText(environment: environment)
  }

  /// Reads a file.
  ///
  /// - Throws: ``ConfigurationError`` with all problems.
  package func read(_ path: String) throws(ConfigurationError) -> ServiceConfiguration {
    try YAMLSection.read(path, secrets: secrets, configuration)
  }

  /// Reads the text of a file.
  ///
  /// - Throws: ``ConfigurationError`` with all problems.
  package func read(_ text: String, path: String) throws(ConfigurationError) -> ServiceConfiguration {
    try YAMLSection.read(text, path: path, secrets: secrets, configuration)
  }

  private func configuration(_ top: YAMLSection) -> ServiceConfiguration {
    var configuration = ServiceConfiguration(streams: [])
    configuration.http = http(top)
    let defaults = top.section("defaults")
    let streams = top.section("streams")
    if let streams {
      for (name, _) in streams.fields {
        guard let section = streams.section(name) else {
          streams.note("needs a source", field: name)
          continue
        }
        if let stream = stream(name, section, defaults: defaults) { configuration.streams.append(stream) }
      }
    }
    if streams?.fields.isEmpty ?? true { top.note("names no stream", field: "streams", at: top.take("streams")) }
    defaults?.finish()
    return configuration
  }

  private func http(_ top: YAMLSection) -> HTTPConfiguration? {
    if let node = top.take("http"), ["off", "false", "no"].contains(node.scalar?.string) { return nil }
    var http = HTTPConfiguration()
    guard let section = top.section("http") else { return http }
    http.address = section.text("address") ?? http.address
    http.port = section.integer("port", 0...65535) ?? http.port
    http.token = section.text("token", isSecret: true)
    var buffer = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, http.address, &buffer) != 1, inet_pton(AF_INET6, http.address, &buffer) != 1 {
      section.note("must be an IPv4 or IPv6 address", field: "address", at: section.take("address"))
    } else if !http.isLoopback, http.token == nil {
      section.note(
        "is needed for an address that other machines can reach: token: ${file:/etc/kapao-video/token}", field: "token",
        at: section.take("address"))
    }
    if let token = http.token, token.count < 16 {
      section.note("must have at least 16 characters", field: "token", at: section.take("token"))
    } else if let token = http.token, !token.allSatisfy(Self.isPlain) {
      section.note("must be of letters, digits and -._~+/=", field: "token", at: section.take("token"))
    }
    http.hosts = section.values("hosts", "a host name without port") { Self.isHostName($0) ? $0 : nil }
    http.proxies = section.values("proxies", "an address or a range such as 10.0.0.0/8") { IPNetwork($0) }
    http.basePath =
      section.value("base_path", "a path such as /cameras, of letters, digits and -._~") {
        $0.wholeMatch(of: /((?:\/[A-Za-z0-9._~\-]+)*)\/?/).map { String($0.1) }
      } ?? ""
    section.finish()
    return http
  }

  private static func isHostName(_ text: String) -> Bool {
    text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\-]*/) != nil
  }

  /// Whether a character may stand in a bearer token (RFC 6750); others need another spelling in a cookie.
  private static func isPlain(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-._~+/=".contains(character))
  }
}
