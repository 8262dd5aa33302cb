import Foundation
import Kapao

/// Smooths each coordinate of each track by a one-euro filter, without delay.
///
/// A filter begins anew after `longestPause` without a value.
package struct OneEuroSmoother: PoseSmoother {
  /// Seconds without a value after which a coordinate's past no longer counts.
  package static let longestPause = 0.5

  private struct Track: Sendable {
    var filters: [OneEuroFilter?]
    var times: [Double]
  }

  private var tracks = TrackPasts<Track>(longestPause: longestPause)

  /// A smoother for one stream.
  package init() {}

  /// The frame, smoothed.
  package mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] {
    [tracks.update(frame, Self.smooth)]
  }

  /// None: every frame has come out at once.
  package mutating func finish() -> [TrackedFrame] { [] }

  private static func smooth(_ pose: Pose, _ past: inout Track?, now: Double) -> Pose {
    var signals = PoseSignals(pose)
    let count = signals.values.count
    var track = past ?? Track(filters: [], times: [])
    past = nil
    if track.filters.count != count {
      track = Track(
        filters: [OneEuroFilter?](repeating: nil, count: count), times: [Double](repeating: now, count: count))
    }
    for (index, value) in signals.values.enumerated() where value.isFinite {
      let seconds = now - track.times[index]
      if track.filters[index] == nil || seconds > longestPause {
        track.filters[index] = OneEuroFilter(value)
      } else {
        signals.values[index] = track.filters[index]!.update(value, seconds: seconds, size: signals.size)
      }
      track.times[index] = now
    }
    past = track
    return signals.applied(to: pose)
  }
}

/// The one-euro filter (Casiez, Roussel and Vogel, CHI 2012) of one coordinate: a low-pass whose cut-off frequency rises
/// with speed, so that what stands still does not tremble and what moves does not lag.
struct OneEuroFilter: Hashable {
  /// Cut-off frequency at rest, in Hz.
  static let restCutoff = 1.2
  /// Growth of the cut-off frequency with speed, in Hz for one body size per second.
  static let growth = 3.0
  /// Cut-off frequency of the speed, in Hz.
  static let speedCutoff = 1.0

  private var value: Double
  private var speed = 0.0

  init(_ value: Double) { self.value = value }

  /// Takes the next value, `seconds` after the one before, and gives the smoothed one; `size` is the body's in pixels.
  mutating func update(_ next: Double, seconds: Double, size: Double) -> Double {
    guard seconds > 0 else { return value }
    speed += Self.share(cutoff: Self.speedCutoff, seconds: seconds) * ((next - value) / seconds - speed)
    let cutoff = Self.restCutoff + Self.growth * abs(speed) / max(size, 1)
    value += Self.share(cutoff: cutoff, seconds: seconds) * (next - value)
    return value
  }

  /// The weight of a new value in a first-order low-pass.
  private static func share(cutoff: Double, seconds: Double) -> Double {
    let ratio = 2 * .pi * cutoff * seconds
    return ratio / (1 + ratio)
  }
}
