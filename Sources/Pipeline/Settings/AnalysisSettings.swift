import Kapao
import Tracking

/// How people are detected, tracked, smoothed and drawn, as a user says it: on the command line, in a configuration, in
/// code.
///
/// What is `nil` is left to the preset, the model or the usual value. In YAML and JSON the settings are one flat mapping;
/// the names are those of the options, with `_` for `-`.
package struct AnalysisSettings: Codable, Hashable, Sendable {
  /// The network, the thresholds and what else decides which poses are found in a frame.
  package var detection = Detection()
  /// Who is who from frame to frame, frames without detection, and smoothing.
  package var tracking = Tracking()
  /// What is drawn.
  package var drawing = Drawing()
  /// What is measured in the picture, and what becomes of it under the drawing.
  package var overlay = Overlay()

  /// The usual settings.
  package init() {}

  /// Reads the settings from one mapping; unknown names are ignored.
  package init(from decoder: any Decoder) throws {
    detection = try Detection(from: decoder)
    tracking = try Tracking(from: decoder)
    drawing = try Drawing(from: decoder)
    overlay = try Overlay(from: decoder)
  }

  /// Writes what is set into one mapping.
  package func encode(to encoder: any Encoder) throws {
    try detection.encode(to: encoder)
    try tracking.encode(to: encoder)
    try drawing.encode(to: encoder)
    try overlay.encode(to: encoder)
  }

  /// The names of all settings, in the order of `--help`.
  package static let names: [String] =
    Detection.CodingKeys.allCases.map(\.rawValue) + Tracking.CodingKeys.allCases.map(\.rawValue)
    + Drawing.CodingKeys.allCases.map(\.rawValue) + Overlay.CodingKeys.allCases.map(\.rawValue)

  /// The values of the settings that have only some.
  package static let choices: [String: [String]] =
    Detection.choices.merging(Tracking.choices) { $1 }.merging(Overlay.choices) { $1 }

  /// Where the settings are to be used.
  package enum Use: Sendable {
    /// Files, for which time is no matter.
    case files
    /// Live streams.
    case live
  }

  /// Checks every value, and what values have to do with each other.
  ///
  /// - Throws: The first ``SettingError``.
  package func validate(for use: Use = .files) throws(SettingError) {
    if let error = (detection.problems + tracking.problems + drawing.problems + problems(for: use)).first {
      throw error
    }
  }

  private func problems(for use: Use) -> [SettingError] {
    var problems: [SettingError] = []
    if tracking.tracker == TrackerChoice.none {
      if overlay.court != nil { problems.append(SettingError("{court} needs a tracker.")) }
      if overlay.angle != nil { problems.append(SettingError("{angle} needs a tracker.")) }
    }
    guard use == .live else { return problems }
    if detection.augmentation != nil { problems.append(SettingError("{tta} is too slow for live video.")) }
    if tracking.smooth == .butterworth {
      problems.append(
        SettingError("{smooth} butterworth needs the frames that follow; live streams take one-euro."))
    }
    return problems
  }
}

/// What is wrong with a setting, in words for the command line and for configurations.
package struct SettingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence, with names of settings in braces.
  private let template: String

  init(_ template: String) { self.template = template }

  init?(_ name: some CodingKey, _ value: Double?, in range: ClosedRange<Double>, unit: String = "") {
    guard let value, !range.contains(value) else { return nil }
    let bounds = [range.lowerBound, range.upperBound].map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }
    self.init("{\(name.stringValue)} must be between \(bounds[0]) and \(bounds[1])\(unit.isEmpty ? "" : " " + unit).")
  }

  /// For example `size must be between 64 and 8192.`
  package var description: String { described { $0 } }

  /// For example `--size must be between 64 and 8192.`
  package var asOptions: String { described { "--" + $0.replacing("_", with: "-") } }

  private func described(_ name: (String) -> String) -> String {
    template.replacing(#/\{([a-z_]+)\}/#) { name(String($0.output.1)) }
  }
}
