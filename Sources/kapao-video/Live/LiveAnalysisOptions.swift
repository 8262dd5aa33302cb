import ArgumentParser
import Foundation
import Kapao
import Pipeline
import Service

/// How people are found, tracked and drawn in live pictures: options of `stream`, and fields of a stream of `serve`.
struct LiveAnalysisOptions: ParsableArguments {
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions
  @OptionGroup(title: "Tracking") var tracking: TrackingOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Drawing who is who") var identityDrawing: IdentityDrawingOptions

  func validate() throws {
    guard !network.tta else { throw ValidationError("--tta is too slow for live pictures.") }
    guard tracking.smooth != .butterworth else {
      throw ValidationError("--smooth butterworth looks into the future; live pictures take one-euro.")
    }
  }

  /// The network that they ask for.
  func networkSettings() throws -> NetworkSettings { try network.settings(preset: thresholds.preset) }

  /// The settings of a stream.
  func settings(name: String, source: LiveSource, model: Model) -> LiveSettings {
    var settings = LiveSettings(name: name, source: source, thresholds: thresholds.thresholds(for: model))
    settings.style = drawing.style(
      keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, preset: thresholds.preset)
    identityDrawing.apply(to: &settings.style)
    settings.tracking = tracking.settings(preset: thresholds.preset)
    return settings
  }

  // MARK: - In a configuration

  /// These options as fields of a configuration.
  static let grammar = AnalysisGrammar(options: options) { arguments throws(AnalysisGrammar.Problem) in
    do {
      let options = try parse(arguments)
      return StreamAnalysis(arguments: arguments, network: try options.networkSettings()) {
        options.settings(name: $0, source: $1, model: $2)
      }
    } catch {
      throw AnalysisGrammar.Problem(message(for: error).split(separator: "\n").first.map(String.init) ?? "\(error)")
    }
  }

  /// What the argument parser tells of itself.
  private struct Description: Decodable {
    struct Command: Decodable { let arguments: [Argument] }
    struct Argument: Decodable {
      let kind: String
      let sectionTitle: String?
      let names: [Name]?
    }
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let command: Command
  }

  /// The options by name.
  private static var options: [AnalysisGrammar.Option] {
    guard let description = try? JSONDecoder().decode(Description.self, from: Data(_dumpHelp().utf8)) else {
      fatalError("the argument parser describes itself in another way than expected")
    }
    let arguments = description.command.arguments.filter { $0.sectionTitle != nil }
    let names = arguments.compactMap { argument in
      argument.names?.first { $0.kind == "long" }.map { (name: $0.name, isFlag: argument.kind == "flag") }
    }
    let flags = Set(names.filter(\.isFlag).map(\.name))
    return names.filter { !flags.contains(String($0.name.dropFirst(3))) || !$0.name.hasPrefix("no-") }.map {
      AnalysisGrammar.Option(name: $0.name, isFlag: $0.isFlag, hasInverse: flags.contains("no-\($0.name)"))
    }
  }
}
