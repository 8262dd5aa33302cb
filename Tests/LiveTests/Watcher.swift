import Foundation
import Pipeline

/// Receives a stream's pictures and waits for what a test expects of them.
final class Watcher: LiveReceiver, @unchecked Sendable {
  // @unchecked: everything is only touched under the condition's lock.

  private let condition = NSCondition()
  private var frames: [LiveFrame] = []
  private var audio = LiveAudio()

  var status: LiveOutputStatus? { nil }

  /// The time stamps and whether they are of the source's pictures, in order.
  var received: [LiveFrame] { condition.withLock { frames } }

  func offer(_ element: StreamElement<LiveFrame>) {
    condition.withLock {
      guard let frame = audio.collect(element) else { return }
      frames.append(frame)
      condition.broadcast()
    }
  }

  func finish() {}

  /// Waits for so many more pictures that fit; the seconds that took, or `nil` after `limit`.
  func wait(
    for count: Int = 1, within limit: Double, where fits: @Sendable (LiveFrame) -> Bool = { $0.record != nil }
  ) -> Double? {
    condition.withLock {
      let start = Date()
      let first = frames.count
      while frames[first...].count(where: fits) < count {
        guard condition.wait(until: start.addingTimeInterval(limit)) else { return nil }
      }
      return Date().timeIntervalSince(start)
    }
  }
}
