import ArgumentParser

/// `kapao-video model`.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Imports, describes and runs models.",
    subcommands: [ModelImport.self, ModelInfo.self, ModelRun.self, ModelQuantize.self, ModelExport.self])
}
