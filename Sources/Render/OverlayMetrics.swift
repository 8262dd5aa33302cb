import Foundation
import Kapao

/// Sizes in pixels for one picture or one person, from the style where it says so and else from the picture's size.
package struct OverlayMetrics: Hashable {
  /// Width of lines.
  package var lineWidth: Double
  /// Radius of dots.
  package var keypointRadius: Double
  /// Width of the dark line around lines and dots; 0 for none.
  package var outline: Double
  /// Size of the corner text's font; labels are smaller.
  package var fontSize: Double
  /// Size of the labels' font.
  package var labelSize: Double { max(9, fontSize * 0.8) }

  private static let largest = 500.0

  /// Sizes for a picture: lines of 2.5 pixels at 480p, 5 at 1080p, 9 at 2160p.
  package init(picture: ImageSize, style: OverlayStyle) {
    self.init(short: Double(min(picture.width, picture.height)), scale: 1, style: style)
  }

  /// Sizes for one person: thinner lines, down to half, for someone smaller than four tenths of the picture.
  package init(picture: ImageSize, person: Box, style: OverlayStyle) {
    let short = Double(min(picture.width, picture.height))
    let share = Double(max(person.width, person.height)) / (0.4 * max(short, 1))
    self.init(short: short, scale: share.isFinite ? min(max(share, 0.5), 1) : 1, style: style)
  }

  private init(short: Double, scale: Double, style: OverlayStyle) {
    let automatic = max(1.5, 2.5 * pow(short / 480, 0.85) * scale)
    lineWidth = Self.usable(style.lineWidth) ?? automatic
    keypointRadius = Self.usable(style.keypointSize) ?? lineWidth * 0.95
    outline = style.outline ? max(0.6, min(automatic, lineWidth) * 0.28) : 0
    fontSize = max(10, 16 * pow(short / 480, 0.7))
  }

  /// Halves lines and dots, for people who are no more than background.
  package mutating func thin() {
    lineWidth = max(1, lineWidth / 2)
    keypointRadius = max(0.75, keypointRadius / 2)
    outline /= 2
  }

  private static func usable(_ value: Double?) -> Double? {
    value.flatMap { $0.isNaN ? nil : min(max($0, 0), largest) }
  }
}
