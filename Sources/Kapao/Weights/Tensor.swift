/// A dense array of numbers in row-major order, with its shape.
public struct Tensor: Sendable, Equatable {
  /// Length of each dimension, outermost first; empty for a scalar.
  public let shape: [Int]
  /// The elements in row-major order.
  public let values: [Float]

  /// A tensor of `values`, as many as the product of `shape`.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "a tensor of shape \(shape) does not hold \(values.count) values")
    self.shape = shape
    self.values = values
  }
}
