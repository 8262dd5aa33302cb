import Foundation
import Pipeline

/// Ends a stream when the user asks for it, and remembers how that went.
final class Interruption: @unchecked Sendable {
  // @unchecked: everything is only touched under the condition's lock.

  private let condition = NSCondition()
  private var isEnding = false
  private var result: Bool?

  /// Begins to end the stream; returns at once.
  func end(_ stream: LiveStream) {
    condition.withLock { isEnding = true }
    DispatchQueue(label: "kapao.interruption").async { [self] in
      let isComplete = stream.stop()
      condition.withLock {
        result = isComplete
        condition.broadcast()
      }
    }
  }

  /// Whether the outputs were completed in time, once that is known; `nil` if nobody asked for an end.
  var isComplete: Bool? {
    condition.withLock {
      while isEnding, result == nil { condition.wait() }
      return result
    }
  }
}
