import Foundation
import Pipeline
import Yams

/// A mapping of a YAML file whose fields are taken one by one. What is wrong is noted with its place, and reading goes
/// on, so that all problems are reported at once.
final class YAMLSection {
  /// The problems found so far, shared by all sections of a file.
  final class Problems {
    var list: [ConfigurationProblem] = []
  }

  let path: String
  let line: Int?
  let problems: Problems
  let secrets: SecretText
  private(set) var fields: [(name: String, node: Node)] = []
  private var taken: Set<String> = []

  init(_ node: Node, path: String, problems: Problems, secrets: SecretText) {
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
  func name(of field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

  /// Notes a problem with this section, a field of it, or a value.
  func note(_ message: String, field: String? = nil, at node: Node? = nil) {
    let problem = ConfigurationProblem(
      line: node?.mark?.line ?? line, field: field.map { name(of: $0) } ?? path, message: message)
    // Defaults are read for every stream.
    if !problems.list.contains(problem) { problems.list.append(problem) }
  }

  /// The value of a field, which then counts as known.
  func take(_ field: String) -> Node? {
    taken.insert(field)
    guard let node = fields.first(where: { $0.name == field })?.node, !node.isEmpty else { return nil }
    return node
  }

  /// Text, with secrets filled in.
  func text(_ field: String) -> String? {
    guard let node = take(field) else { return nil }
    return text(node, field: field)
  }

  /// A value as text, with secrets filled in.
  func text(_ node: Node, field: String) -> String? {
    guard case .scalar(let scalar) = node, case let text = scalar.string else {
      note("must be text", field: field, at: node)
      return nil
    }
    switch secrets.expand(text) {
    case .success(let text): return text
    case .failure(let failure):
      note("\(failure)", field: field, at: node)
      return nil
    }
  }

  /// A value that a function reads from text.
  func value<Value>(_ field: String, _ expected: String, _ read: (String) -> Value?) -> Value? {
    guard let node = take(field), let text = text(node, field: field) else { return nil }
    guard let value = read(text) else {
      // As it is written, for what is filled in may be secret.
      note("must be \(expected), not '\(node.scalar?.string ?? text)'", field: field, at: node)
      return nil
    }
    return value
  }

  /// A number within bounds.
  func number(_ field: String, _ range: ClosedRange<Double>) -> Double? {
    func short(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }
    return value(field, "a number from \(short(range.lowerBound)) to \(short(range.upperBound))") { text in
      Double(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A whole number within bounds.
  func integer(_ field: String, _ range: ClosedRange<Int>) -> Int? {
    value(field, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Yes or no.
  func flag(_ field: String) -> Bool? {
    value(field, "true or false") { ["true": true, "yes": true, "false": false, "no": false][$0] }
  }

  /// A length of time in seconds.
  func seconds(_ field: String, atLeast least: Double = 1) -> Double? {
    value(field, "a time such as 45s, 10m, 12h or 7d") { text in
      TimeSpan(text).flatMap { $0.seconds >= least ? $0.seconds : nil }
    }
  }

  /// The path of a file that can be read.
  func readableFile(_ field: String) -> String? {
    guard let path = text(field) else { return nil }
    guard FileManager.default.isReadableFile(atPath: path) else {
      note("cannot read the file \(path)", field: field, at: take(field))
      return nil
    }
    return path
  }

  /// A section within this one.
  func section(_ field: String) -> YAMLSection? {
    take(field).map { YAMLSection($0, path: name(of: field), problems: problems, secrets: secrets) }
  }

  /// The sections of a list within this one.
  func sections(_ field: String) -> [YAMLSection] {
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
  func finish() {
    for (name, node) in fields where !taken.contains(name) {
      let known = taken.sorted().joined(separator: ", ")
      note("is not known here (known: \(known))", field: name, at: node)
    }
  }
}
