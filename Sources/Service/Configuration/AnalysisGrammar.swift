/// The options of the command line that say how people are found, tracked and drawn. Each is a field of a stream in a
/// configuration, under the same name with `_` for `-`: names, values and checks are in one place.
public struct AnalysisGrammar: Sendable {
  /// One option.
  public struct Option: Hashable, Sendable {
    /// Its long name, without `--`.
    public let name: String
    /// Whether it takes no value.
    public let isFlag: Bool
    /// Whether there is a flag with `no-` before the name.
    public let hasInverse: Bool

    /// An option.
    public init(name: String, isFlag: Bool = false, hasInverse: Bool = false) {
      self.name = name
      self.isFlag = isFlag
      self.hasInverse = hasInverse
    }

    /// Its name in a configuration.
    var field: String { name.replacing("-", with: "_") }

    /// The arguments that set a flag.
    func arguments(_ isOn: Bool) -> [String] { isOn ? ["--\(name)"] : hasInverse ? ["--no-\(name)"] : [] }
  }

  /// What is wrong with some options, in one line.
  public struct Problem: Error, Hashable, Sendable {
    let text: String

    /// A line in the words of the command line.
    public init(_ text: String) { self.text = text }

    /// The line in the words of a configuration.
    var inFields: String {
      text.replacing(#/--([a-z-]+)( <[^>]*>)?/#) { $0.output.1.replacing("-", with: "_") }
    }
  }

  let options: [Option]
  let parse: @Sendable ([String]) throws(Problem) -> StreamAnalysis

  /// - Parameters:
  ///   - options: All options.
  ///   - parse: Understands options; those that are not given are as usual.
  public init(options: [Option], parse: @escaping @Sendable ([String]) throws(Problem) -> StreamAnalysis) {
    self.options = options
    self.parse = parse
  }
}
