/// What a stream's supervisor does next, as a value: no clocks, no threads, no I/O.
///
/// Every connection has a generation. What a connection of an older generation still reports is ignored, so that one
/// that cannot be closed in time does no harm. Times are seconds of one monotonic clock.
package struct Supervision: Sendable {
  /// Where a stream is.
  package enum State: Hashable, Sendable {
    /// Not started.
    case idle
    /// A connection is being made and has given no frame yet.
    case connecting(since: Double)
    /// Frames come.
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
  /// How often a connection that had given frames was lost.
  package private(set) var outages = 0
  /// Connections that did not close in time.
  package private(set) var abandoned = 0
  private var backOff = BackOff()

  package init(rules: SupervisionRules) { self.rules = rules }

  /// Whether frames come.
  package var isStreaming: Bool { if case .streaming = state { true } else { false } }

  /// Starts the first connection.
  package mutating func start(at now: Double) -> Action {
    guard state == .idle else { return .none }
    return open(at: now)
  }

  /// A connection gave a frame; whether it is the present one, and the frame to be used.
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
      guard !rules.isListener, !rules.endsWithInput, now - since > rules.connecting else { return .none }
      state = .closing(since: now)
      return .cancel(generation: generation)
    case .streaming(_, let last):
      guard !rules.endsWithInput, now - last > rules.stall else { return .none }
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

  /// Nothing can be made of the frames any more: the connection is closed, and the next attempt begins anew.
  package mutating func failed(at now: Double) -> Action {
    switch state {
    case .connecting, .streaming:
      if isStreaming, !rules.endsWithInput { outages += 1 }
      state = .closing(since: now)
      return .cancel(generation: generation)
    case .idle, .closing, .waiting, .ended: return .none
    }
  }

  /// The process was stopped, or the machine suspended, for so many seconds: they do not count as time without frames.
  package mutating func resumed(after pause: Double, at now: Double) {
    func moved(_ time: Double) -> Double { min(now, time + pause) }
    switch state {
    case .connecting(let since): state = .connecting(since: moved(since))
    case .streaming(let since, let last): state = .streaming(since: since, last: moved(last))
    case .closing(let since): state = .closing(since: moved(since))
    case .idle, .waiting, .ended: break
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

/// The times that a supervisor goes by, in seconds.
package struct SupervisionRules: Hashable, Sendable {
  /// From the attempt to connect to the first frame.
  package var connecting = 15.0
  /// Without a frame before a connection counts as stalled.
  package var stall = 5.0
  /// For a connection to close before it is left behind.
  package var closing = 5.0
  /// With frames before a connection counts as stable, so that the next wait is the shortest again.
  package var stable = 10.0
  /// Whether the end of the input is the end of the stream (a file), not an outage (a camera). Such an input is waited
  /// for, however long it takes: nobody could bring it back.
  package var endsWithInput = false
  /// Whether the source waits for a sender: that none has come yet is no failure, and the next may come as soon as one
  /// has gone.
  package var isListener = false

  /// The usual times, for a live source.
  package init() {}
}

/// How long to wait before the next attempt: short at first, longer the more attempts have failed in a row.
///
/// One second for the first five attempts, five up to the tenth, ten up to the twentieth, then sixty; each moved by up
/// to a fifth at random, so that many streams of one server do not come back at the same moment.
package struct BackOff: Hashable, Sendable {
  private static let steps: [(attempts: Int, seconds: Double)] = [(5, 1), (10, 5), (20, 10)]
  private static let longest = 60.0

  /// Attempts that failed in a row.
  package private(set) var failures = 0

  package init() {}

  /// Counts a failed attempt; the seconds to wait before the next.
  ///
  /// - Parameter random: From 0 to 1; one half is no jitter.
  package mutating func next(random: Double) -> Double {
    let base = Self.steps.first { failures < $0.attempts }?.seconds ?? Self.longest
    failures += 1
    return base * (0.8 + 0.4 * min(1, max(0, random)))
  }

  /// The next wait is the shortest again.
  package mutating func reset() { failures = 0 }
}
