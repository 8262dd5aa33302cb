/// A tensor of a checkpoint as it lies in a storage: element (i, j, …) is at `offset` + i·strides[0] + j·strides[1] + ….
package struct TensorRecord {
  /// The storage's name.
  let key: String
  let type: ElementType
  /// Place in the storage of the first element, in elements.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
  private let count: Int
  /// Place of the last element.
  private let last: Int

  /// `nil` for a shape that no tensor of a network has: negative or more elements than an address counts.
  package init?(key: String, type: ElementType, offset: Int, shape: [Int], strides: [Int]) {
    guard shape.count == strides.count, shape.count <= 8, offset >= 0 else { return nil }
    var count = 1
    var last = offset
    for (length, stride) in zip(shape, strides) {
      guard length > 0, stride >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      let (step, stepOverflow) = (length - 1).multipliedReportingOverflow(by: stride)
      let (end, endOverflow) = last.addingReportingOverflow(step)
      guard !overflow, !stepOverflow, !endOverflow else { return nil }
      count = product
      last = end
    }
    self.key = key
    self.type = type
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.count = count
    self.last = last
  }

  /// The elements from the first to the last, and whether a storage of `capacity` elements has them all. A tensor with
  /// more elements than its storage (one that repeats elements) counts as outside.
  package func span(in capacity: Int) -> (range: Range<Int>, isInside: Bool) {
    guard last < capacity, count <= last - offset + 1 else { return (0..<0, false) }
    return (offset..<last + 1, true)
  }

  /// Whether the elements lie one after another in row-major order.
  var isRowMajor: Bool {
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() where length > 1 {
      guard stride == expected else { return false }
      expected *= length
    }
    return true
  }

  /// The elements in row-major order, from those stored between the first and the last.
  func gathered(_ stored: [Float]) -> [Float] {
    var places = [0]
    for (length, stride) in zip(shape, strides) {
      places = places.flatMap { place in (0..<length).map { place + $0 * stride } }
    }
    return places.map { stored[$0] }
  }
}
