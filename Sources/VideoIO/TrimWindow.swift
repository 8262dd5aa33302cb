/// The part of an input's time that is delivered, in microseconds of the source's clock.
struct TrimWindow {
  /// Where the input's time begins.
  let origin: Int64
  /// First moment; nil for the beginning.
  let start: Int64?
  /// The moment after the last; nil for the end.
  let end: Int64?

  /// `options` count from `origin`.
  init(_ options: ReaderOptions, origin: Int64) {
    func moment(_ seconds: Double) -> Int64 { origin &+ (Int64(exactly: (seconds * 1e6).rounded()) ?? Int64.max / 4) }
    self.origin = origin
    start = options.start.map(moment)
    end = options.end.map(moment)
  }

  func isBeforeStart(_ time: Int64) -> Bool { start.map { time < $0 } ?? false }

  func isAfterEnd(_ time: Int64) -> Bool { end.map { time >= $0 } ?? false }
}
