import Foundation
import Yams

/// Reads a configuration file and finds everything that is wrong with it.
public struct ConfigurationReader {
  let grammar: AnalysisGrammar
  private let secrets: SecretText

  /// A reader that fills in variables of the process's environment.
  ///
  /// - Parameter grammar: The options that are fields of streams.
  public init(_ grammar: AnalysisGrammar) {
    self.grammar = grammar
    secrets = SecretText()
  }

  package init(_ grammar: AnalysisGrammar, environment: [String: String]) {
    self.grammar = grammar
    secrets = SecretText(environment: environment)
  }

  /// Reads a file.
  ///
  /// - Throws: ``ConfigurationError`` with all problems.
  public func read(_ path: String) throws(ConfigurationError) -> ServiceConfiguration {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ConfigurationError(
        path: path, problems: [ConfigurationProblem(line: nil, field: "", message: "cannot read the file")])
    }
    return try read(text, path: path)
  }

  /// Reads the text of a file.
  ///
  /// - Throws: ``ConfigurationError`` with all problems.
  package func read(_ text: String, path: String) throws(ConfigurationError) -> ServiceConfiguration {
    let problems = YAMLSection.Problems()
    let configuration = configuration(text, problems)
    guard problems.list.isEmpty, let configuration else {
      throw ConfigurationError(path: path, problems: problems.list.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
    }
    return configuration
  }

  private func configuration(_ text: String, _ problems: YAMLSection.Problems) -> ServiceConfiguration? {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      problems.list.append(Self.problem(error))
      return nil
    }
    guard let node else {
      problems.list.append(ConfigurationProblem(line: nil, field: "", message: "the file is empty"))
      return nil
    }
    let top = YAMLSection(node, path: "", problems: problems, secrets: secrets)
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
    top.finish()
    checkFolders(configuration, top)
    return configuration
  }

  private func http(_ top: YAMLSection) -> HTTPConfiguration? {
    if let node = top.take("http"), ["off", "false", "no"].contains(node.scalar?.string) { return nil }
    var http = HTTPConfiguration()
    guard let section = top.section("http") else { return http }
    http.address = section.text("address") ?? http.address
    http.port = section.integer("port", 0...65535) ?? http.port
    http.token = section.text("token")
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
    section.finish()
    return http
  }

  /// Whether a character may stand in a bearer token (RFC 6750); others need another spelling in a cookie.
  private static func isPlain(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-._~+/=".contains(character))
  }

  private static func problem(_ error: any Error) -> ConfigurationProblem {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      return ConfigurationProblem(line: mark.line, field: "", message: problem)
    case YamlError.duplicatedKeysInMapping(let names, let context):
      return ConfigurationProblem(
        line: context.mark.line, field: "", message: "the name \(names.joined(separator: ", ")) appears twice")
    default:
      return ConfigurationProblem(line: nil, field: "", message: "is no YAML: \(error)")
    }
  }
}
