import Kapao
import Pipeline

/// How people are found, tracked and drawn in a stream, as options of the command line say it.
public struct StreamAnalysis: Hashable, Sendable {
  /// Makes the settings of a stream with a name, a source and a model.
  public typealias Settings = @Sendable (String, LiveSource, Model) -> LiveSettings

  /// The options that were given; equal ones mean the same.
  public let arguments: [String]
  /// The network that it needs.
  public let network: NetworkSettings
  let settings: Settings

  /// An analysis that `arguments` describe entirely.
  public init(arguments: [String], network: NetworkSettings, settings: @escaping Settings) {
    self.arguments = arguments
    self.network = network
    self.settings = settings
  }

  /// Whether the options are the same.
  public static func == (a: StreamAnalysis, b: StreamAnalysis) -> Bool {
    a.arguments == b.arguments && a.network == b.network
  }

  /// Hashes the options.
  public func hash(into hasher: inout Hasher) { hasher.combine(arguments) }
}
