import Foundation
import Support
import Yams

/// A mapping of a YAML file whose fields are taken one by one. What is wrong is noted with its place, and reading goes
/// on, so that all problems are reported at once.
package final class YAMLSection {
  /// The problems found so far, shared by all sections of a file.
  package final class Problems {
    package var list: [ConfigurationProblem] = []
    /// The videos that outputs write, to find two of one name.
    package var videos: Set<String> = []

    package init() {}
  }

  package let path: String
  package let problems: Problems
  package let secrets: SecretText
  private let line: Int?
  package private(set) var fields: [(name: String, node: Node)] = []
  private var taken: Set<String> = []

  package init(_ node: Node, path: String, problems: Problems, secrets: SecretText) {
    self.path = path
    self.problems = problems
    self.secrets = secrets
    line = node.mark?.line
    guard let mapping = node.mapping else {
      if !node.isEmpty { note("must be a mapping of names to values", at: node) }
      return
    }
    for (key, value) in mapping {
      guard let name = key.string else {
        note("a name must be text", at: key)
        continue
      }
      fields.append((name, value))
    }
  }

  /// The full name of a field.
  package func name(of field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

  /// Notes a problem with this section, a field of it, or a value.
  package func note(_ message: String, field: String? = nil, at node: Node? = nil) {
    let problem = ConfigurationProblem(
      line: node?.mark?.line ?? line, field: field.map { name(of: $0) } ?? path, message: message)
    // Defaults are read for every stream.
    if !problems.list.contains(problem) { problems.list.append(problem) }
  }

  /// The value of a field, which then counts as known.
  package func take(_ field: String) -> Node? {
    taken.insert(field)
    guard let node = fields.first(where: { $0.name == field })?.node, !node.isEmpty else { return nil }
    return node
  }

  /// Text, with variables filled in, which are hidden where it is a secret.
  package func text(_ field: String, isSecret: Bool = false) -> String? {
    guard let node = take(field) else { return nil }
    return text(node, field: field, isSecret: isSecret)
  }

  /// A value as text, with variables filled in.
  package func text(_ node: Node, field: String, isSecret: Bool = false) -> String? {
    guard case .scalar(let scalar) = node, case let text = scalar.string else {
      note("must be text", field: field, at: node)
      return nil
    }
    switch secrets.expand(text, isSecret: isSecret) {
    case .success(let text): return text
    case .failure(let failure):
      note("\(failure)", field: field, at: node)
      return nil
    }
  }

  /// A value with variables filled in, those in lists too.
  package func expanded(_ node: Node, field: String) -> Node? {
    switch node {
    case .scalar(let scalar):
      // Without its quotes: a number may be written as text.
      return text(node, field: field).map { .scalar(Node.Scalar($0, Tag(.implicit), .plain, scalar.mark)) }
    case .sequence(var sequence):
      for index in sequence.indices {
        guard let element = expanded(sequence[index], field: field) else { return nil }
        sequence[index] = element
      }
      return .sequence(sequence)
    default: return node
    }
  }

  /// A value that a function reads from text.
  package func value<Value>(_ field: String, _ expected: String, _ read: (String) -> Value?) -> Value? {
    guard let node = take(field), let text = text(node, field: field) else { return nil }
    guard let value = read(text) else {
      // As it is written, for what is filled in may be secret.
      note("must be \(expected), not '\(node.scalar?.string ?? text)'", field: field, at: node)
      return nil
    }
    return value
  }

  /// Values that a function reads from the texts of a list, or from one text.
  package func values<Value>(_ field: String, _ expected: String, _ read: (String) -> Value?) -> [Value] {
    guard let node = take(field) else { return [] }
    return (node.sequence.map(Array.init) ?? [node]).compactMap { element in
      guard let text = text(element, field: field) else { return nil }
      let value = read(text)
      if value == nil {
        note("must be \(expected), not '\(element.scalar?.string ?? text)'", field: field, at: element)
      }
      return value
    }
  }

  /// A number within bounds.
  package func number(_ field: String, _ range: ClosedRange<Double>) -> Double? {
    func short(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }
    return value(field, "a number from \(short(range.lowerBound)) to \(short(range.upperBound))") { text in
      Double(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A whole number within bounds.
  package func integer(_ field: String, _ range: ClosedRange<Int>) -> Int? {
    value(field, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Yes or no.
  package func flag(_ field: String) -> Bool? {
    value(field, "true or false") { ["true": true, "yes": true, "false": false, "no": false][$0] }
  }

  /// The path of a file that can be read.
  package func readableFile(_ field: String) -> String? {
    guard let path = text(field) else { return nil }
    guard FileManager.default.isReadableFile(atPath: path) else {
      note("cannot read the file \(path)", field: field, at: take(field))
      return nil
    }
    return path
  }

  /// A section within this one.
  package func section(_ field: String) -> YAMLSection? {
    take(field).map { YAMLSection($0, path: name(of: field), problems: problems, secrets: secrets) }
  }

  /// The sections of a list within this one.
  package func sections(_ field: String) -> [YAMLSection] {
    guard let node = take(field) else { return [] }
    guard let list = node.sequence else {
      note("must be a list ('- …')", field: field, at: node)
      return []
    }
    return list.enumerated().map { index, element in
      YAMLSection(element, path: "\(name(of: field))[\(index + 1)]", problems: problems, secrets: secrets)
    }
  }

  /// Notes the fields that nobody has taken.
  package func finish() {
    for (name, node) in fields where !taken.contains(name) {
      let known = taken.sorted().joined(separator: ", ")
      note("is not known here (known: \(known))", field: name, at: node)
    }
  }
}

// MARK: - Files

extension YAMLSection {
  private static let mostBytes = 1_000_000

  /// Reads a file.
  ///
  /// - Throws: ``ConfigurationError`` with all problems.
  package static func read<Value>(
    _ path: String, secrets: SecretText = SecretText(), _ body: (YAMLSection) -> Value
  ) throws(ConfigurationError) -> Value {
    // A device may have no end.
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: mostBytes + 1) ?? Data()
    else { throw ConfigurationError(path: path, "cannot read the file") }
    guard data.count <= mostBytes else {
      throw ConfigurationError(path: path, "is larger than \(mostBytes) bytes")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ConfigurationError(path: path, "is no text in UTF-8")
    }
    return try read(text, path: path, secrets: secrets, body)
  }

  /// Reads the text of a file.
  ///
  /// - Throws: ``ConfigurationError`` with all problems.
  package static func read<Value>(
    _ text: String, path: String, secrets: SecretText, _ body: (YAMLSection) -> Value
  ) throws(ConfigurationError) -> Value {
    if let problem = YAMLBounds.problem(text) { throw ConfigurationError(path: path, problems: [problem]) }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError(path: path, problems: [problem(error)])
    }
    guard let node else { throw ConfigurationError(path: path, "the file is empty") }
    let top = YAMLSection(node, path: "", problems: Problems(), secrets: secrets)
    let value = body(top)
    top.finish()
    guard top.problems.list.isEmpty else { throw ConfigurationError(path: path, problems: top.problems.list) }
    return value
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

extension Node {
  /// Whether nothing was written for the value.
  var isEmpty: Bool {
    guard case .scalar(let scalar) = self else { return false }
    return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
  }
}
