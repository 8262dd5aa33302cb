/// The last measurements of something, for percentiles.
package struct RecentValues: Sendable {
  private let capacity: Int
  private var values: [Double] = []
  private var next = 0

  package init(capacity: Int = 512) {
    self.capacity = capacity
    values.reserveCapacity(capacity)
  }

  /// Adds a measurement; the oldest gives way.
  package mutating func add(_ value: Double) {
    if values.count < capacity {
      values.append(value)
    } else {
      values[next] = value
    }
    next = (next + 1) % capacity
  }

  /// Their distribution; `nil` without any.
  package var distribution: Distribution? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    func rank(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] }
    return Distribution(p50: rank(0.5), p95: rank(0.95), maximum: sorted[sorted.count - 1])
  }
}
