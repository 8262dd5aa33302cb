import Foundation

/// The raw output of the network for one image: four grids of logits (before any sigmoid), reused frame after frame.
package final class HeadOutput: @unchecked Sendable {
  // @unchecked: handed from stage to stage, never used by two at a time.

  /// Layout of the grids, by stride 8, 16, 32, 64.
  package let grids: [HeadGrid]
  private let storage: [UnsafeMutableBufferPointer<Float>]

  /// Zeroed grids.
  package init(grids: [HeadGrid]) {
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
  package func withLogits<Result>(of grid: Int, _ body: (Span<Float>) throws -> Result) rethrows -> Result {
    try body(UnsafeBufferPointer(storage[grid]).span)
  }

  /// The logits of a grid, to be written by hand, in the layout that `HeadGrid.index` gives.
  package func withMutableLogits<Result>(
    of grid: Int, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    var logits = storage[grid].mutableSpan
    return try body(&logits)
  }

  /// Where a compute backend writes a grid.
  package func destination(of grid: Int) -> UnsafeMutableBufferPointer<Float> { storage[grid] }
}

/// The layout of one output grid of the network in memory.
///
/// Channel `c` of the cell with index `p` (row by row) stands at `((c / B)·H·W + p)·B + c mod B` with B the channel
/// block of the compute backend: 1 is plain NCHW, 8 and 16 are the blocked layouts of vector units.
package struct HeadGrid: Hashable, Sendable {
  /// Cells in a row.
  package let width: Int
  /// Rows of cells.
  package let height: Int
  /// Input pixels to a cell.
  package let stride: Int
  /// Channels: 3 anchors × (5 + K+1 + 2K).
  package let channels: Int
  /// Channels that lie side by side in memory.
  package let block: Int

  /// A grid's layout.
  package init(width: Int, height: Int, stride: Int, channels: Int, block: Int) {
    self.width = width
    self.height = height
    self.stride = stride
    self.channels = channels
    self.block = block
  }

  /// Number of cells.
  package var cells: Int { width * height }
  /// Floats that the grid takes, padding channels included.
  package var count: Int { (channels + block - 1) / block * block * cells }

  /// Where a channel of a cell stands.
  @inlinable
  package func index(channel: Int, cell: Int) -> Int {
    block == 1 ? channel * cells + cell : ((channel / block) * cells + cell) * block + channel % block
  }
}

/// Where detections come from: the raw grids of a network, or predictions decoded elsewhere.
package protocol PredictionSource {
  /// Appends the predictions whose objectness and confidence both exceed `threshold`, in the order of predictions.
  func appendCandidates(above threshold: Float, to candidates: inout [Candidate])

  /// Position of keypoint `keypoint` regressed with a prediction, in pixels of the network's input.
  func keypoint(_ keypoint: Int, of prediction: Int32) -> (x: Float, y: Float)
}

/// The passes of test-time augmentation taken as one set of predictions.
package struct AugmentedPredictions: PredictionSource {
  private let passes: [(first: Int32, decoder: HeadDecoder)]

  /// Joins the raw outputs of the passes, in their order.
  package init(
    passes: [(output: HeadOutput, transform: HeadDecoder.Transform)],
    anchors: [[Architecture.Anchor]], skeleton: Skeleton
  ) {
    var first: Int32 = 0
    self.passes = passes.map { pass in
      let decoder = HeadDecoder(
        output: pass.output, anchors: anchors, skeleton: skeleton, transform: pass.transform, firstPrediction: first)
      defer { first += decoder.predictionCount }
      return (first, decoder)
    }
  }

  /// Appends the predictions of all passes above the threshold.
  package func appendCandidates(above threshold: Float, to candidates: inout [Candidate]) {
    for pass in passes { pass.decoder.appendCandidates(above: threshold, to: &candidates) }
  }

  /// Position of a prediction's keypoint, mapped back to the unaugmented input.
  package func keypoint(_ keypoint: Int, of prediction: Int32) -> (x: Float, y: Float) {
    passes.last { $0.first <= prediction }!.decoder.keypoint(keypoint, of: prediction)
  }
}
