import ArgumentParser

/// Measures parts of kapao-video; `benchmark.py` runs it beside its peers and prints the table.
@main
struct KapaoBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kapao-bench", abstract: "Measures parts of kapao-video.",
    subcommands: [
      EnvironmentVariables.self, Weights.self, Peak.self, Network.self, Stages.self, WholeRun.self, StageTimes.self,
      Track.self,
    ])
}
