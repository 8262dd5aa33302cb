import Analysis
import Export
import Kapao

extension AnalysisSettings {
  /// What is measured in the picture and drawn of it, and what becomes of the frame under the drawing.
  package struct Overlay: Codable, Hashable, Sendable {
    /// What may be made unrecognisable.
    package enum Blur: String, Codable, CaseIterable, Sendable {
      /// The heads of everybody who was found.
      case faces
    }

    /// What poses are drawn on.
    package enum Background: String, Codable, CaseIterable, Sendable {
      /// The picture.
      case video
      /// Nothing.
      case black
    }

    /// A file of `kapao-video court fit`.
    package var court: String?
    /// Joints whose angles are drawn.
    package var angle: AngleChoice?
    /// The side that the camera sees; `nil` for `auto`.
    package var side: ViewedSide?
    /// What is made unrecognisable; `nil` for nothing.
    package var blur: Blur?
    /// What poses are drawn on; `nil` for the picture.
    package var background: Background?

    /// Nothing.
    package init() {}

    enum CodingKeys: String, CodingKey, CaseIterable { case court, angle, side, blur, background }

    static let choices: [String: [String]] = [
      "side": ViewedSide.allCases.map(\.rawValue), "blur": Blur.allCases.map(\.rawValue),
      "background": Background.allCases.map(\.rawValue),
    ]

    /// What this comes to.
    ///
    /// - Throws: `AnalysisError` where the court's file cannot be used.
    package func settings() throws -> AnalysisOverlaySettings {
      var settings = AnalysisOverlaySettings()
      settings.calibration = try court.map { try CourtFile.read($0) }
      settings.angles = angle?.names ?? []
      settings.side = side ?? .auto
      settings.blursFaces = blur == .faces
      settings.hasBlackBackground = background == .black
      return settings
    }
  }
}

/// Joints whose angles are drawn: `right knee`, several of them, or `all`.
package struct AngleChoice: Codable, Hashable, Sendable {
  /// The angles of joints that there are.
  package static let known = AngleDefinition.all(of: Body(skeleton: .coco17)).filter { $0.kind == .joint }.map(\.name)
  /// What has to be given.
  package static let expected = "all, or one or several of \(known.joined(separator: ", "))"

  /// The angles' names.
  package let names: [String]

  /// The angles of some names; `nil` where one is unknown.
  package init?(_ names: [String]) {
    let names = names == ["all"] ? Self.known : names
    guard names.allSatisfy(Self.known.contains) else { return nil }
    self.names = names
  }

  /// Reads a list, or one text.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let list = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
    guard let choice = Self(list) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.expected)
    }
    self = choice
  }

  /// Writes a list.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(names)
  }
}
