import Foundation
import TestSupport

/// The built program.
enum Program {
  /// What a run printed and how it ended.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The executable lies beside the test bundle.
  static let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "kapao-video").path

  /// A network that is quick and finds nobody.
  static let quickModel = ["--model", Fixtures.path("reference/kapao_tiny_coco_random.pt"), "--size", "128"]

  /// Runs the program to its end.
  static func run(_ arguments: String...) -> Outcome { run(arguments) }

  /// Runs the program to its end.
  static func run(_ arguments: [String]) -> Outcome {
    let result = Media.run(path, arguments)
    return Outcome(status: result.status, output: result.output, errors: result.errors)
  }

  /// Runs the program in a folder.
  static func run(_ arguments: [String], in folder: URL) -> Outcome {
    let result = Media.run("env", ["--chdir=\(folder.path)", path] + arguments)
    return Outcome(status: result.status, output: result.output, errors: result.errors)
  }

  /// Annotates with the quick network.
  static func annotate(_ input: String, _ arguments: [String]) -> Outcome {
    run(["annotate", input, "--quiet"] + quickModel + arguments)
  }
}
