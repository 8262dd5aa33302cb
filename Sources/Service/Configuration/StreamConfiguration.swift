import Kapao
import Pipeline

/// One stream of a configuration.
public struct StreamConfiguration: Hashable, Sendable {
  /// The name; see ``isName(_:)``.
  public var name: String
  /// Where it comes from.
  public var source: LiveSource
  /// How people are found, tracked and drawn.
  public var analysis: StreamAnalysis
  /// Whether the source's sound goes to the outputs that can hold it.
  public var carriesSound = true
  /// Pictures a second that are looked at, at most.
  public var maximumRate: Double?
  /// Seconds without a picture before the source is connected again.
  public var stallTimeout = 5.0
  /// Where it goes, besides the web page.
  public var outputs: [OutputConfiguration] = []

  /// Whether a stream may be called so: at most 64 letters, digits, `-` and `_`.
  public static func isName(_ text: String) -> Bool {
    (1...64).contains(text.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }

  /// The settings with a model.
  func settings(for model: Model) -> LiveSettings {
    var settings = analysis.settings(name, source, model)
    settings.carriesSound = carriesSound
    settings.maximumRate = maximumRate
    settings.rules.stall = stallTimeout
    return settings
  }
}
