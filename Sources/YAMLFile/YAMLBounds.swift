import CYaml

/// Bounds for what a YAML file may hold, so that reading it takes a time that grows with the file and not with what its
/// aliases stand for.
enum YAMLBounds {
  private static let depth = 50
  private static let values = 100_000

  /// A mapping or list that has begun.
  private struct Collection {
    let isMapping: Bool
    let anchor: String?
    let line: Int
    /// Values in it so far, with those that aliases stand for.
    var size = 1
    var count = 0

    /// Whether a name comes next.
    var expectsName: Bool { isMapping && count % 2 == 0 }
  }

  /// What an anchor is at.
  private struct Anchored {
    let size: Int
    let isText: Bool
  }

  /// What is beyond the bounds, or `nil`. What is no YAML is left to the parser.
  static func problem(_ text: String) -> ConfigurationProblem? {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return nil }
    defer { yaml_parser_delete(&parser) }
    return Array(text.utf8).withUnsafeBufferPointer { bytes in
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
      return problem(&parser)
    }
  }

  private static func problem(_ parser: inout yaml_parser_t) -> ConfigurationProblem? {
    var open: [Collection] = []
    var anchors: [String: Anchored] = [:]
    /// Adds a value to the collection that it is in; what is wrong with it.
    func add(_ size: Int, isText: Bool, line: Int) -> ConfigurationProblem? {
      guard let last = open.indices.last else { return nil }
      if open[last].expectsName, !isText {
        return ConfigurationProblem(line: line, field: "", message: "a name must be text")
      }
      open[last].count += 1
      open[last].size += size
      guard open[last].size > values else { return nil }
      return ConfigurationProblem(
        line: line, field: "", message: "there are more than \(values) values, with those that aliases stand for")
    }
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
      defer { yaml_event_delete(&event) }
      let line = Int(event.start_mark.line) + 1
      var problem: ConfigurationProblem?
      switch event.type {
      case YAML_STREAM_END_EVENT: return nil
      case YAML_SCALAR_EVENT:
        if let anchor = name(event.data.scalar.anchor) { anchors[anchor] = Anchored(size: 1, isText: true) }
        problem = add(1, isText: true, line: line)
      case YAML_ALIAS_EVENT:
        let target = name(event.data.alias.anchor).flatMap { anchors[$0] } ?? Anchored(size: 1, isText: true)
        problem = add(target.size, isText: target.isText, line: line)
      case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
        let isMapping = event.type == YAML_MAPPING_START_EVENT
        let anchor = isMapping ? event.data.mapping_start.anchor : event.data.sequence_start.anchor
        if open.last?.expectsName == true { problem = add(1, isText: false, line: line) }
        open.append(Collection(isMapping: isMapping, anchor: name(anchor), line: line))
        if open.count > depth {
          problem = ConfigurationProblem(line: line, field: "", message: "more than \(depth) levels in each other")
        }
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
        let ended = open.removeLast()
        if let anchor = ended.anchor { anchors[anchor] = Anchored(size: ended.size, isText: false) }
        problem = add(ended.size, isText: false, line: ended.line)
      default: break
      }
      if let problem { return problem }
    }
  }

  private static func name(_ anchor: UnsafePointer<yaml_char_t>?) -> String? { anchor.map { String(cString: $0) } }
}
