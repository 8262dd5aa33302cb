import Yams

extension ConfigurationReader {
  /// An option that a configuration sets.
  private struct Given {
    let section: YAMLSection
    let field: String
    let node: Node
    let arguments: [String]
  }

  /// How people are found, tracked and drawn; what the stream does not say, the defaults say.
  func analysis(_ section: YAMLSection, defaults: YAMLSection?) -> StreamAnalysis? {
    let levels = [section, defaults].compactMap { $0 }
    let given = grammar.options.compactMap { option -> Given? in
      let nodes = levels.map { ($0, $0.take(option.field)) }
      guard case let (level, node?)? = nodes.first(where: { $0.1 != nil }) else { return nil }
      let arguments =
        option.isFlag
        ? level.flag(option.field).map(option.arguments)
        : level.text(node, field: option.field).map { ["--\(option.name)=\($0)"] }
      return arguments.map { Given(section: level, field: option.field, node: node, arguments: $0) }
    }
    let model = levels.first { $0.take("model") != nil }
    let isModelThere = model.map { $0.readableFile("model") != nil } ?? true
    do {
      let analysis = try grammar.parse(given.flatMap(\.arguments))
      return isModelThere ? analysis : nil
    } catch {
      note(error, given, in: section)
      return nil
    }
  }

  /// Notes a problem at the fields that have it by themselves, or else at the stream.
  private func note(_ problem: AnalysisGrammar.Problem, _ given: [Given], in section: YAMLSection) {
    var isFound = false
    for one in given {
      do {
        _ = try grammar.parse(one.arguments)
      } catch {
        one.section.note(error.inFields, field: one.field, at: one.node)
        isFound = true
      }
    }
    if !isFound { section.note(problem.inFields) }
  }
}
