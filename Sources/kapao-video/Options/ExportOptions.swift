import ArgumentParser
import Export

extension ExportFormat: ExpressibleByArgument {
  /// The format's name, or one that it had.
  public init?(argument: String) { self.init(name: argument) }
}

extension ExportTarget: ExpressibleByArgument {
  /// `FORMAT=PATH`.
  public init?(argument: String) { self.init(argument) }
}

/// Outputs of poses that can be named any number of times.
struct ExportOptions: ParsableArguments {
  @Option(help: "CSV of the poses to write, - for standard output; a description of the run goes beside it as .json.")
  var csv: String?

  @Option(
    name: .customLong("export"),
    help: ArgumentHelp(
      "Poses in a further format, any number of times; - for standard output. FORMAT is one of the list above.",
      valueName: "format=path"))
  var others: [ExportTarget] = []

  /// All of them.
  var targets: [ExportTarget] { [csv.map { ExportTarget(.csv, path: $0) }].compactMap { $0 } + others }

  /// The formats, a line each, for the help of commands.
  static let formats =
    "FORMATS\n"
    + ExportFormat.allCases.map { format in
      "  " + format.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0) + format.summary
    }.joined(separator: "\n")
}
