import Pipeline
import YAMLFile
import Yams

extension ConfigurationReader {
  /// A setting in the file.
  private struct Given {
    let name: String
    let section: YAMLSection
    /// As it is written.
    let node: Node
    /// With variables filled in.
    let value: Node
  }

  /// How people are detected, tracked and drawn; what the stream does not say, the defaults say.
  func analysis(_ section: YAMLSection, defaults: YAMLSection?) -> AnalysisSettings? {
    let levels = [section, defaults, usual(section)].compactMap { $0 }
    var isGood = true
    var given: [Given] = []
    for name in AnalysisSettings.names {
      let nodes = levels.map { ($0, $0.take(name)) }
      guard case let (level, node?)? = nodes.first(where: { $0.1 != nil }) else { continue }
      guard let value = level.expanded(node, field: name) else {
        isGood = false
        continue
      }
      let setting = Given(name: name, section: level, node: node, value: value)
      if let problem = problem(of: [setting]) {
        level.note(problem, field: name, at: node)
        isGood = false
      }
      given.append(setting)
    }
    if let level = levels.first(where: { $0.take("model") != nil }), level.readableFile("model") == nil {
      isGood = false
    }
    guard isGood else { return nil }
    if let problem = problem(of: given) { section.note(problem) }
    return try? settings(given)
  }

  /// The usual settings as a section below the defaults.
  private func usual(_ section: YAMLSection) -> YAMLSection? {
    // What the encoder writes, it can read.
    guard let text = try? YAMLEncoder().encode(usual), let node = try? Yams.compose(yaml: text) else { return nil }
    return YAMLSection(node, path: "", problems: section.problems, secrets: section.secrets)
  }

  private func settings(_ given: [Given]) throws -> AnalysisSettings {
    let mapping = Node.mapping(Node.Mapping(given.map { (Node($0.name), $0.value) }))
    return try YAMLDecoder().decode(AnalysisSettings.self, from: mapping)
  }

  /// What is wrong with some settings as such.
  private func problem(of given: [Given]) -> String? {
    do {
      try settings(given).validate(for: .live)
      return nil
    } catch let error as SettingError {
      return error.description
    } catch {
      guard let one = given.first, given.count == 1 else { return "\(error)" }
      // As it is written, for what is filled in may be secret.
      let text = one.node.scalar?.string
      if case DecodingError.typeMismatch(let type, _) = error, type == Bool.self, let text {
        return "must be true or false, not '\(text)'"
      }
      let value = text.map { " '\($0)'" } ?? ""
      return "The value\(value) is invalid for '\(one.name)'" + Self.expected(one.name, error)
    }
  }

  private static func expected(_ name: String, _ error: any Error) -> String {
    if let choices = AnalysisSettings.choices[name] { return ": must be one of \(choices.joined(separator: ", "))" }
    switch error {
    case DecodingError.dataCorrupted(let context): return ": must be \(context.debugDescription)"
    case DecodingError.typeMismatch: return ": must be a number"
    default: return ""
    }
  }
}
