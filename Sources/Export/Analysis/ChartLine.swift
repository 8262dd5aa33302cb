/// A line over time of which as much is kept as a chart can show: the lowest and the highest value in each of at most 4,096 spans
/// of equal length. Up to so many values, it is all of them.
package struct ChartLine {
  private struct Span {
    var index: Int
    var low: (time: Double, value: Double)
    var high: (time: Double, value: Double)
    /// Whether the line breaks before it.
    var isApart: Bool

    mutating func add(_ other: Span) {
      if other.low.value < low.value { low = other.low }
      if other.high.value > high.value { high = other.high }
    }
  }

  private static let most = 4096

  private let longestGap: Double
  private var spans: [Span] = []
  /// Seconds of a span.
  private var width = 1e-3
  private var range: (first: Double, last: Double)?
  private var lastKnown: Double?
  private var isApart = false

  /// - Parameter longestGap: Seconds without a value at which the line breaks.
  package init(longestGap: Double) { self.longestGap = longestGap }

  init(longestGap: Double, _ points: some Sequence<(Double, Double)>) {
    self.init(longestGap: longestGap)
    for (time, value) in points { add(value, at: time) }
  }

  /// Adds a value, in order of time; the line breaks where it is no number.
  package mutating func add(_ value: Double, at time: Double) {
    range = (range?.first ?? time, time)
    guard let range, value.isFinite else {
      isApart = true
      return
    }
    if let lastKnown, time - lastKnown > longestGap { isApart = true }
    lastKnown = time
    let point = (time, value)
    append(Span(index: Int((time - range.first) / width), low: point, high: point, isApart: isApart))
    isApart = false
    while spans.count > Self.most { halve() }
  }

  private mutating func append(_ span: Span) {
    if spans.last?.index == span.index {
      spans[spans.count - 1].add(span)
    } else {
      spans.append(span)
    }
  }

  private mutating func halve() {
    width *= 2
    let all = spans
    spans.removeAll(keepingCapacity: true)
    for var span in all {
      span.index /= 2
      append(span)
    }
  }

  /// Times and values; no number where the line breaks.
  package var points: [(Double, Double)] {
    guard let range else { return [] }
    var points = [(range.first, Double.nan)]
    for span in spans {
      if span.isApart { points.append((span.low.time, .nan)) }
      let isRising = span.low.time < span.high.time
      points.append(isRising ? span.low : span.high)
      if span.low.time != span.high.time { points.append(isRising ? span.high : span.low) }
    }
    return points + [(range.last, .nan)]
  }

  var isEmpty: Bool { spans.isEmpty }
}
