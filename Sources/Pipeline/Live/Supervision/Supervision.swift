/// What a stream's supervisor does next, as a value: no clocks, no threads, no I/O.
///
/// Every connection has a generation. What a connection of an older generation still reports is ignored, so that one
/// that cannot be closed in time does no harm. Times are seconds of one monotonic clock.
package struct Supervision: Sendable {
  /// Where a stream is.
  package enum State: Hashable, Sendable {
    /// Not started.
    case idle
    /// A connection is being made and has given no picture yet.
    case connecting(since: Double)
    /// Pictures come.
    case streaming(since: Double, last: Double)
    /// A connection was told to close: `next` is what follows.
    case closing(since: Double)
    /// The next attempt is at a later time.
    case waiting(until: Double)
    /// Nothing will happen any more.
    case ended
  }

  /// What the owner is to do.
  package enum Action: Hashable, Sendable {
    case none
    /// Open a connection of this generation.
    case open(generation: Int)
    /// Make the connection of this generation end.
    case cancel(generation: Int)
    /// The stream has ended: finish the outputs.
    case finish
  }

  /// Seconds after which a listener listens again.
  private static let pause = 0.2
  private let rules: SupervisionRules
  /// Where the stream is.
  package private(set) var state = State.idle
  /// The present connection's number, from 1.
  package private(set) var generation = 0
  /// How often a connection that had given pictures was lost.
  package private(set) var outages = 0
  /// Connections that did not close in time.
  package private(set) var abandoned = 0
  private var backOff = BackOff()

  package init(rules: SupervisionRules) { self.rules = rules }

  /// Whether pictures come.
  package var isStreaming: Bool { if case .streaming = state { true } else { false } }

  /// Starts the first connection.
  package mutating func start(at now: Double) -> Action {
    guard state == .idle else { return .none }
    return open(at: now)
  }

  /// A connection gave a picture; whether it is the present one, and the picture to be used.
  package mutating func picture(generation: Int, at now: Double) -> Bool {
    guard generation == self.generation else { return false }
    switch state {
    case .connecting: state = .streaming(since: now, last: now)
    case .streaming(let since, _):
      state = .streaming(since: since, last: now)
      if now - since >= rules.stable { backOff.reset() }
    case .idle, .closing, .waiting, .ended: return false
    }
    return true
  }

  /// A connection has ended by itself or because it was told to.
  ///
  /// - Parameters:
  ///   - isEndOfInput: Whether it ended without an error.
  ///   - random: For the jitter of the next wait, from 0 to 1.
  package mutating func ended(generation: Int, isEndOfInput: Bool, at now: Double, random: Double) -> Action {
    guard generation == self.generation else { return .none }
    switch state {
    case .idle, .waiting, .ended: return .none
    case .connecting, .streaming, .closing: break
    }
    if isStreaming { outages += rules.endsWithInput && isEndOfInput ? 0 : 1 }
    if rules.endsWithInput {
      state = .ended
      return .finish
    }
    wait(from: now, random: random)
    return .none
  }

  /// Whether another attempt follows the connection of this generation, which has ended.
  package func isRetrying(after generation: Int) -> Bool {
    guard generation == self.generation, case .waiting = state else { return false }
    return true
  }

  /// Time has passed.
  package mutating func tick(at now: Double, random: Double) -> Action {
    switch state {
    case .idle, .ended: return .none
    case .connecting(let since):
      guard !rules.isListener, now - since > rules.connecting else { return .none }
      state = .closing(since: now)
      return .cancel(generation: generation)
    case .streaming(_, let last):
      guard now - last > rules.stall else { return .none }
      outages += 1
      state = .closing(since: now)
      return .cancel(generation: generation)
    case .closing(let since):
      guard now - since > rules.closing else { return .none }
      abandoned += 1
      wait(from: now, random: random)
      return .none
    case .waiting(let time): return now >= time ? open(at: now) : .none
    }
  }

  /// Ends everything.
  package mutating func stop() -> Action {
    defer { state = .ended }
    switch state {
    case .idle, .waiting, .ended: return .none
    case .connecting, .streaming, .closing: return .cancel(generation: generation)
    }
  }

  private mutating func open(at now: Double) -> Action {
    generation += 1
    state = .connecting(since: now)
    return .open(generation: generation)
  }

  private mutating func wait(from now: Double, random: Double) {
    state = .waiting(until: now + (rules.isListener ? Self.pause : backOff.next(random: random)))
  }
}
