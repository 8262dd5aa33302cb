import Foundation

/// Decides which frames of a file are looked at.
package final class FileSchedule: @unchecked Sendable {
  // @unchecked: everything is only touched under the lock.

  private let lock = NSLock()
  private let fixed: Int?
  private var pace = FilePace(most: DetectEvery.mostOfAuto)
  /// Frames since the last one that is looked at.
  private var since = Int.max - 1
  private var decided = 0
  private var done = 0
  /// Frames that were decided on before N changed.
  private var old = 0

  package init(_ detectEvery: DetectEvery) {
    if case .frames(let count) = detectEvery { fixed = count } else { fixed = nil }
  }

  /// Whether the next frame is to be looked at.
  package func next() -> Bool {
    lock.withLock {
      decided += 1
      let isDue = since + 1 >= fixed ?? pace.every
      since = isDue ? 0 : since + 1
      return isDue
    }
  }

  /// The next frame is tracked.
  ///
  /// - Parameters:
  ///   - time: Its presentation time in seconds.
  ///   - clock: Seconds of a monotonic clock.
  package func done(time: Double, at clock: Double) {
    guard fixed == nil else { return }
    lock.withLock {
      done += 1
      if done > old, pace.done(time: time, at: clock) { old = decided }
    }
  }
}
