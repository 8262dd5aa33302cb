import ArgumentParser
import Export

extension ExportFormat: ExpressibleByArgument {}

extension ExportTarget: ExpressibleByArgument {
  /// `FORMAT=PATH`.
  public init?(argument: String) { self.init(argument) }
}

/// Outputs of poses that can be named any number of times.
struct ExportOptions: ParsableArguments {
  @Option(
    name: .customLong("export"),
    help: ArgumentHelp(
      "Poses in a further format, any number of times; - for standard output. FORMAT is one of the list above.",
      valueName: "format=path"))
  var targets: [ExportTarget] = []

  /// The formats, a line each, for the help of commands.
  static let formats =
    "FORMATS\n"
    + ExportFormat.allCases.map { format in
      "  " + format.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0) + format.summary
    }.joined(separator: "\n")
}
