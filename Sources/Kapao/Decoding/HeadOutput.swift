import Foundation

/// The raw output of the network for one image: four grids of logits (before any sigmoid), reused frame after frame.
public final class HeadOutput: @unchecked Sendable {
  // @unchecked: handed from stage to stage, never used by two at a time.

  /// Layout of the grids, by stride 8, 16, 32, 64.
  public let grids: [HeadGrid]
  private let storage: [UnsafeMutableBufferPointer<Float>]

  /// Zeroed grids.
  public init(grids: [HeadGrid]) {
    self.grids = grids
    storage = grids.map { grid in
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: grid.count * MemoryLayout<Float>.stride, alignment: 64)
      let floats = UnsafeMutableBufferPointer(
        start: bytes.bindMemory(to: Float.self, capacity: grid.count), count: grid.count)
      floats.initialize(repeating: 0)
      return floats
    }
  }

  deinit { storage.forEach { UnsafeMutableRawPointer($0.baseAddress!).deallocate() } }

  /// The logits of a grid, in the layout that `HeadGrid.index` gives.
  public func withLogits<Result>(of grid: Int, _ body: (Span<Float>) throws -> Result) rethrows -> Result {
    try body(UnsafeBufferPointer(storage[grid]).span)
  }

  /// The logits of a grid, to be written by hand, in the layout that `HeadGrid.index` gives.
  public func withMutableLogits<Result>(
    of grid: Int, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    var logits = storage[grid].mutableSpan
    return try body(&logits)
  }

  /// Where a compute backend writes a grid.
  package func destination(of grid: Int) -> UnsafeMutableBufferPointer<Float> { storage[grid] }
}
