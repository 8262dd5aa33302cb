import Foundation
import Support

/// Text of a configuration in which `${NAME}` stands for an environment variable and `${file:PATH}` for a file's
/// content.
///
/// What is filled in is a secret, and hidden in logs, errors and the web pages, where it comes from a file, where the
/// variable's name says so (`PASSWORD`, `TOKEN`, `KEY` and the like), where the text is one (a password), and in a URL
/// outside its scheme, host and port. The path of a folder with `${HOME}` in it stays readable.
///
/// In the user information of a URL, what is filled in is percent-encoded, unless it already is; RTMP has no encoding.
package struct SecretText: Sendable {
  /// Why a text cannot be completed.
  package enum Failure: Error, Hashable, CustomStringConvertible {
    case unset(String)
    case unreadable(String)
    case unclosed

    package var description: String {
      switch self {
      case .unset(let name): "the environment variable \(name) is not set"
      case .unreadable(let path): "cannot read the file \(path)"
      case .unclosed: "'${' without '}'"
      }
    }
  }

  /// Where in a text a value is filled in.
  private enum Place {
    /// Between `://` and `@` of a URL.
    case userInformation
    /// A URL's path, query or fragment.
    case path
    /// Everywhere else.
    case plain

    /// - Parameters:
    ///   - before: The text before the value, with everything filled in.
    ///   - after: The text after it as it is written.
    init(before: String, after: Substring) {
      guard let scheme = before.range(of: "://"), !before.hasPrefix("file:") else {
        self = .plain
        return
      }
      guard !before[scheme.upperBound...].contains(where: { "/?#".contains($0) }) else {
        self = .path
        return
      }
      let rest = after.replacing(#/\$\{[^}]*\}/#, with: "").prefix { !"/?#".contains($0) }
      self = rest.contains("@") ? .userInformation : .plain
    }
  }

  private let environment: [String: String]

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
  }

  /// The text with everything filled in.
  ///
  /// - Parameter isSecret: Whether the text is a secret wherever its parts come from.
  package func expand(_ text: String, isSecret: Bool = false) -> Result<String, Failure> {
    var result = ""
    var rest = text[...]
    while let start = rest.range(of: "${") {
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else { return .failure(.unclosed) }
      let name = String(rest[start.upperBound..<end])
      result += rest[..<start.lowerBound]
      rest = rest[rest.index(after: end)...]
      switch value(name) {
      case .success(let value):
        let place = Place(before: result, after: rest)
        // libav takes what RTMP's URLs say of the user as it is.
        let isEncoded = place == .userInformation && !result.lowercased().hasPrefix("rtmp")
        let isWhole = result.hasSuffix("://") && rest.hasPrefix("@")
        let filledIn = isEncoded ? Self.encoded(value, isWhole: isWhole) : value
        if isSecret || place != .plain || Self.isSecret(name) { [value, filledIn].forEach { Redaction.hide($0) } }
        result += filledIn
      case .failure(let failure): return .failure(failure)
      }
    }
    return .success(result + rest)
  }

  private func value(_ name: String) -> Result<String, Failure> {
    guard name.hasPrefix("file:") else {
      return environment[name].map { .success($0) } ?? .failure(.unset(name))
    }
    let path = String(name.dropFirst(5))
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return .failure(.unreadable(path)) }
    return .success(text.trimmingCharacters(in: .newlines))
  }

  private static func isSecret(_ name: String) -> Bool {
    name.hasPrefix("file:") || name.contains(#/(?i)pass|pwd.|.pwd|token|secret|key|credential|auth/#)
  }

  /// A value as it stands in user information. One in which nothing but `%XX` would have to be encoded is already.
  ///
  /// - Parameter isWhole: Whether the value is all of the user information, and may hold user and password.
  private static func encoded(_ value: String, isWhole: Bool) -> String {
    if value.wholeMatch(of: #/(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*/#) != nil { return value }
    if isWhole, let colon = value.firstIndex(of: ":") {
      return encoded(String(value[..<colon]), isWhole: false) + ":"
        + encoded(String(value[value.index(after: colon)...]), isWhole: false)
    }
    return value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? value
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
