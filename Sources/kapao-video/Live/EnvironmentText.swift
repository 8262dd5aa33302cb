import ArgumentParser
import Foundation

/// Text of the command line with `${NAME}` in it.
enum EnvironmentText {
  /// The text with each `${NAME}` replaced by the environment variable's value.
  static func expand(
    _ text: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.range(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      let name = String(rest[start.upperBound..<end])
      guard let value = environment[name] else {
        throw ValidationError("the environment variable \(name) is not set.")
      }
      result += rest[..<start.lowerBound] + value
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
