import Foundation
import VideoIO

/// Text of a configuration in which `${NAME}` stands for an environment variable and `${file:PATH}` for a file's
/// content. What is filled in is hidden in logs, errors and the web pages.
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

  private let environment: [String: String]

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
  }

  /// The text with everything filled in.
  package func expand(_ text: String) -> Result<String, Failure> {
    var result = ""
    var rest = text[...]
    while let start = rest.range(of: "${") {
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else { return .failure(.unclosed) }
      switch value(String(rest[start.upperBound..<end])) {
      case .success(let value):
        Redaction.hide(value)
        result += rest[..<start.lowerBound] + value
      case .failure(let failure): return .failure(failure)
      }
      rest = rest[rest.index(after: end)...]
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
}
