import ArgumentParser
import Inference

/// Prints the variables that have to be in the environment before the compute libraries are loaded, as NAME=VALUE.
struct EnvironmentVariables: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "environment")

  func run() {
    for (name, value) in Backend.requiredEnvironment { print("\(name)=\(value)") }
  }
}
