import Foundation
import Kapao
import TestSupport

/// Scenes that trackers get wrong.
enum Scenes {
  private static func straight(
    _ name: Int, from: (Double, Double), velocity: (Double, Double), height: Double = 300, score: Float = 0.8
  ) -> Walker {
    Walker(
      name: name, height: height, feet: { (from.0 + velocity.0 * $0, from.1 + velocity.1 * $0) }, score: score)
  }

  /// Two walk past each other, the nearer one hiding the other on the way.
  static func crossing(seed: UInt64, missRate: Double = 0) -> SyntheticScene {
    var scene = SyntheticScene(walkers: [
      straight(1, from: (250, 640), velocity: (190, 0)),
      straight(2, from: (1030, 600), velocity: (-180, 0), height: 280),
    ])
    scene.missRate = missRate
    scene.seed = seed
    return scene
  }

  /// One stands still; another comes to behind the first, stays there for a second, and goes on.
  static func hidingBehind(seed: UInt64) -> SyntheticScene {
    let path: @Sendable (Double) -> (x: Double, y: Double)? = { time in
      let x = time < 1.5 ? 300 + 220 * time : time < 2.5 ? 630 : 630 + 220 * (time - 2.5)
      return (x, 600)
    }
    var scene = SyntheticScene(walkers: [
      straight(1, from: (640, 640), velocity: (0, 0)),
      Walker(name: 2, height: 290, feet: path, hidden: 1.5...2.5),
    ])
    scene.seconds = 4.5
    scene.seed = seed
    return scene
  }

  /// One leaves the picture at its side for `away` seconds and comes back there.
  static func leaving(seed: UInt64, away: Double) -> SyntheticScene {
    let path: @Sendable (Double) -> (x: Double, y: Double)? = { time in
      if time < 1.5 { return (600 - 380 * time, 620) }
      return time < 1.5 + away ? nil : (30 + 300 * (time - 1.5 - away), 620)
    }
    var scene = SyntheticScene(walkers: [
      straight(1, from: (900, 640), velocity: (-20, 0)), Walker(name: 2, height: 300, feet: path),
    ])
    scene.seconds = 4 + away
    scene.seed = seed
    return scene
  }

  /// Two players, and a taller referee with better scores who walks through, while player 2 is hidden for a second.
  static func referee(seed: UInt64) -> SyntheticScene {
    var hidden = straight(2, from: (800, 620), velocity: (-30, 0))
    hidden.hidden = 1.5...2.5
    var scene = SyntheticScene(walkers: [
      straight(1, from: (400, 640), velocity: (20, 0)), hidden,
      Walker(
        name: 3, height: 330, feet: { time in time < 0.3 ? nil : (1340 - 320 * time, 560) }, score: 0.84),
    ])
    scene.coverLimit = 0.75
    scene.seconds = 4
    scene.seed = seed
    return scene
  }

  /// Both players run farther between two frames than they are apart, after a moment of standing.
  static func sprint(seed: UInt64) -> SyntheticScene {
    let from: [(x: Double, y: Double)] = [(150, 640), (250, 630)]
    var scene = SyntheticScene(
      walkers: from.enumerated().map { index, start in
        Walker(
          name: index + 1, height: 300,
          feet: { time in (start.x + min(7, max(0, (time * 12).rounded() - 6)) * 120, start.y) })
      })
    scene.frameRate = 12
    scene.seconds = 2
    scene.coverLimit = nil
    scene.seed = seed
    return scene
  }

  /// Two circle around each other as boxers do, one hiding the other again and again.
  static func circling(seed: UInt64, missRate: Double) -> SyntheticScene {
    var scene = SyntheticScene(
      walkers: [0, 1].map { index in
        Walker(
          name: index + 1, height: 320,
          feet: { time in
            let angle = 1.6 * time + Double(index) * .pi
            return (640 + 160 * cos(angle), 620 + 30 * sin(angle))
          })
      })
    scene.seconds = 10
    scene.missRate = missRate
    scene.seed = seed
    return scene
  }

  /// Many people who walk to and fro at their own pace.
  static func crowd(seed: UInt64, people: Int, missRate: Double = 0.1) -> SyntheticScene {
    var random = SeededRandom(seed: seed)
    var scene = SyntheticScene(
      walkers: (1...people).map { name in
        let (middle, reach) = (random.number(200...1080), random.number(80...300))
        let (pace, phase) = (random.number(0.3...0.9), random.number(0...6))
        let depth = random.number(0...1)
        return Walker(
          name: name, height: 120 + 160 * depth,
          feet: { time in (middle + reach * sin(pace * time + phase), 400 + 260 * depth) })
      })
    scene.seconds = 12
    scene.missRate = missRate
    scene.seed = seed
    return scene
  }
}
