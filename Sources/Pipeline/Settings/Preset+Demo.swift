import Kapao
import Render
import Tracking

/// What the five video demos of the paper set besides thresholds; the user's own options come first.
extension Preset {
  /// Whether this is one of the five demos.
  var isDemo: Bool {
    switch self {
    case .demo, .paper, .partial, .confirmed: false
    case .shuffle, .flashMob, .redLight, .squash, .depth: true
    }
  }

  /// Longest side of the network's input in pixels.
  var inputSize: Int? {
    switch self {
    case .demo, .paper, .partial, .confirmed: nil
    case .shuffle, .redLight, .depth: 1024
    case .flashMob, .squash: 1280
    }
  }

  /// Colour of all people; the squash demo colours players by identity.
  var colour: OverlayStyle.ColourMode? {
    switch self {
    case .demo, .paper, .partial, .confirmed, .squash: nil
    case .shuffle, .redLight, .depth: .fixed(.white)
    case .flashMob: .fixed(RGBColour(red: 255, green: 0, blue: 255))
    }
  }

  /// Whether the face's keypoints are drawn.
  var drawsFace: Bool { [.shuffle, .redLight, .squash, .depth].contains(self) }

  /// Opacity of the drawing: the demos keep 0.4 of the picture.
  var opacity: Double? { isDemo ? 0.6 : nil }

  /// Diagonal below which people are crowd: 450 pixels in the squash demo's 1920×1080.
  var crowdSize: Double? { self == .squash ? CrowdRule.demoSize : nil }
}
