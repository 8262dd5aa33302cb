/// The part of an input's time that is delivered, in microseconds of the source's clock.
struct TrimWindow {
  /// First moment; nil for the beginning.
  let start: Int64?
  /// The moment after the last; nil for the end.
  let end: Int64?

  /// `options` count from `origin`.
  init(_ options: ReaderOptions, origin: Int64) {
    start = options.start.map { origin + Int64(($0 * 1e6).rounded()) }
    end = options.end.map { origin + Int64(($0 * 1e6).rounded()) }
  }

  func isBeforeStart(_ time: Int64) -> Bool { start.map { time < $0 } ?? false }

  func isAfterEnd(_ time: Int64) -> Bool { end.map { time >= $0 } ?? false }
}
