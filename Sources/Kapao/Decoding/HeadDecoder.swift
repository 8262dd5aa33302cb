import Foundation

/// Decodes the raw grids of one pass through the network, touching only what can pass a threshold.
///
/// Coordinates follow the network's definition (YOLOv5 with KAPAO's keypoints): with σ the sigmoid, a cell's column and
/// row c, the grid's stride s and an anchor's size A, a box has centre (2σ − 0.5 + c)·s and size (2σ)²·A, and a keypoint
/// stands at (4σ − 2)·A + c·s.
package struct HeadDecoder: PredictionSource {
  /// How a pass of test-time augmentation maps back to the network's input.
  package struct Transform: Hashable, Sendable {
    /// Size of the pass relative to the input.
    package var scale: Float
    /// Width of the unscaled input if the pass saw it flipped left to right.
    package var flippedWidth: Float?

    /// No change.
    package static let identity = Transform(scale: 1, flippedWidth: nil)

    /// A pass that saw the input, `width` pixels wide, flipped left to right.
    package static func mirrored(width: Int) -> Transform { Transform(scale: 1, flippedWidth: Float(width)) }
  }

  private let output: HeadOutput
  private let anchors: [[Architecture.Anchor]]
  let skeleton: Skeleton
  private let transform: Transform
  private let firstPrediction: Int32

  /// Decodes `output`.
  ///
  /// - Parameters:
  ///   - output: Raw grids.
  ///   - anchors: For each grid three anchors in pixels.
  ///   - skeleton: Keypoints and their left-right swap.
  ///   - transform: How the pass was augmented.
  ///   - firstPrediction: Number of the first prediction, when several passes are decoded together.
  package init(
    output: HeadOutput, anchors: [[Architecture.Anchor]], skeleton: Skeleton,
    transform: Transform = .identity, firstPrediction: Int32 = 0
  ) {
    self.output = output
    self.anchors = anchors
    self.skeleton = skeleton
    self.transform = transform
    self.firstPrediction = firstPrediction
  }

  /// Predictions in all grids.
  package var predictionCount: Int32 {
    Int32(output.grids.reduce(0) { $0 + $1.cells * Architecture.anchorsPerGrid })
  }

  private var keypointCount: Int { skeleton.count }
  private var channelsPerAnchor: Int { 5 + keypointCount + 1 + 2 * keypointCount }

  /// Appends what exceeds the threshold, in the order grid, anchor, row, column.
  ///
  /// Logits are compared before any sigmoid, so that a cell without an object costs one comparison.
  package func appendCandidates(above threshold: Float, to candidates: inout [Candidate]) {
    let floor = threshold > 0 ? log(threshold / (1 - threshold)) : -Float.infinity
    var prediction = firstPrediction
    for (gridIndex, grid) in output.grids.enumerated() {
      output.withLogits(of: gridIndex) { logits in
        for anchor in 0..<Architecture.anchorsPerGrid {
          let objectness = anchor * channelsPerAnchor + 4
          let start = grid.index(channel: objectness, cell: 0)
          // A little below the exact logit: the exact comparison follows on the sigmoid.
          for cell in 0..<grid.cells where logits[start + cell * grid.block] > floor - 1e-3 {
            if let candidate = candidate(
              logits, grid: gridIndex, anchor: anchor, cell: cell, threshold: threshold,
              prediction: prediction + Int32(cell))
            {
              candidates.append(candidate)
            }
          }
          prediction += Int32(grid.cells)
        }
      }
    }
  }

  /// Position of a keypoint regressed with a prediction, in pixels of the network's input.
  package func keypoint(_ keypoint: Int, of prediction: Int32) -> (x: Float, y: Float) {
    let (gridIndex, anchor, cell) = locate(prediction)
    let source = transform.flippedWidth == nil ? keypoint : skeleton.flipped[keypoint]
    let channel = anchor * channelsPerAnchor + 5 + keypointCount + 1 + 2 * source
    let grid = output.grids[gridIndex]
    let size = anchors[gridIndex][anchor]
    return output.withLogits(of: gridIndex) { logits in
      unaugmented(
        x: (sigmoid(logits[grid.index(channel: channel, cell: cell)]) * 4 - 2) * size.width
          + Float(cell % grid.width * grid.stride),
        y: (sigmoid(logits[grid.index(channel: channel + 1, cell: cell)]) * 4 - 2) * size.height
          + Float(cell / grid.width * grid.stride))
    }
  }

  /// Objectness and the K + 1 class scores of a prediction.
  func scores(of prediction: Int32) -> [Float] {
    let (gridIndex, anchor, cell) = locate(prediction)
    let grid = output.grids[gridIndex]
    let base = anchor * channelsPerAnchor
    return output.withLogits(of: gridIndex) { logits in
      (-1...keypointCount).map { index in
        let source = transform.flippedWidth == nil || index < 1 ? index : skeleton.flipped[index - 1] + 1
        return sigmoid(logits[grid.index(channel: base + 5 + source, cell: cell)])
      }
    }
  }

  private func candidate(
    _ logits: Span<Float>, grid gridIndex: Int, anchor: Int, cell: Int, threshold: Float, prediction: Int32
  ) -> Candidate? {
    let grid = output.grids[gridIndex]
    let base = anchor * channelsPerAnchor
    func logit(_ channel: Int) -> Float { logits[grid.index(channel: base + channel, cell: cell)] }

    let objectness = sigmoid(logit(4))
    guard objectness > threshold else { return nil }
    // A flipped pass swaps left and right: ties between classes go to the lower index after the swap.
    var best = 0
    var bestLogit = logit(5)
    for keypoint in 0..<keypointCount {
      let source = transform.flippedWidth == nil ? keypoint : skeleton.flipped[keypoint]
      let value = logit(6 + source)
      if value > bestLogit {
        best = keypoint + 1
        bestLogit = value
      }
    }
    let confidence = sigmoid(bestLogit) * objectness
    guard confidence > threshold else { return nil }
    return Candidate(
      box: box(logits, grid: gridIndex, anchor: anchor, cell: cell), confidence: confidence, classIndex: Int32(best),
      prediction: prediction)
  }

  private func box(_ logits: Span<Float>, grid gridIndex: Int, anchor: Int, cell: Int) -> Box {
    let grid = output.grids[gridIndex]
    let base = anchor * channelsPerAnchor
    let size = anchors[gridIndex][anchor]
    func value(_ channel: Int) -> Float { sigmoid(logits[grid.index(channel: base + channel, cell: cell)]) }
    let centre = unaugmented(
      x: (value(0) * 2 - 0.5 + Float(cell % grid.width)) * Float(grid.stride),
      y: (value(1) * 2 - 0.5 + Float(cell / grid.width)) * Float(grid.stride))
    let across = value(2) * 2
    let down = value(3) * 2
    let halfWidth = across * across * size.width / transform.scale / 2
    let halfHeight = down * down * size.height / transform.scale / 2
    return Box(
      x1: centre.x - halfWidth, y1: centre.y - halfHeight, x2: centre.x + halfWidth, y2: centre.y + halfHeight)
  }

  private func unaugmented(x: Float, y: Float) -> (x: Float, y: Float) {
    let x = x / transform.scale
    return (transform.flippedWidth.map { $0 - x } ?? x, y / transform.scale)
  }

  private func locate(_ prediction: Int32) -> (grid: Int, anchor: Int, cell: Int) {
    var rest = Int(prediction - firstPrediction)
    for (index, grid) in output.grids.enumerated() {
      let predictions = grid.cells * Architecture.anchorsPerGrid
      if rest < predictions { return (index, rest / grid.cells, rest % grid.cells) }
      rest -= predictions
    }
    preconditionFailure("Prediction \(prediction) is not of this output.")
  }

  private func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
}

extension HeadDecoder {
  /// Every prediction, decoded, in the order grid, anchor, row, column: for comparison with other implementations.
  package func decoded() -> DecodedPredictions {
    var candidates: [Candidate] = []
    appendCandidates(above: -1, to: &candidates)
    let channels = 6 + 3 * skeleton.count
    var values: [Float] = []
    values.reserveCapacity(candidates.count * channels)
    for candidate in candidates {
      let box = candidate.box
      values += [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.width, box.height]
      values += scores(of: candidate.prediction)
      for keypoint in 0..<skeleton.count {
        let point = self.keypoint(keypoint, of: candidate.prediction)
        values += [point.x, point.y]
      }
    }
    return DecodedPredictions(channels: channels, values: values)
  }
}

extension HeadOutput {
  /// The logits of a grid in the official order (anchor, row, column, channel): for comparison.
  package func raw(grid index: Int) -> [Float] {
    let grid = grids[index]
    let perAnchor = grid.channels / Architecture.anchorsPerGrid
    return withLogits(of: index) { logits in
      (0..<Architecture.anchorsPerGrid).flatMap { anchor in
        (0..<grid.cells).flatMap { cell in
          (0..<perAnchor).map { logits[grid.index(channel: anchor * perAnchor + $0, cell: cell)] }
        }
      }
    }
  }
}

/// Predictions that were decoded already: rows of x y w h, objectness, K + 1 class scores, 2K keypoint coordinates.
///
/// This is the form in which the official code holds them, and in which `model run` writes them for comparison.
package struct DecodedPredictions: PredictionSource, Sendable {
  /// Numbers in a row: 5 + (K + 1) + 2K.
  package let channels: Int
  /// Row after row, in pixels of the network's input.
  package private(set) var values: [Float]

  /// Rows of `channels` numbers.
  package init(channels: Int, values: [Float]) {
    self.channels = channels
    self.values = values
  }

  /// Number of rows.
  package var count: Int { values.count / channels }
  private var keypointCount: Int { (channels - 6) / 3 }

  /// Appends the rows above the threshold, in order.
  package func appendCandidates(above threshold: Float, to candidates: inout [Candidate]) {
    for row in 0..<count {
      let base = row * channels
      let objectness = values[base + 4]
      guard objectness > threshold else { continue }
      var best = 0
      var confidence = values[base + 5] * objectness
      for keypoint in 1...keypointCount where values[base + 5 + keypoint] * objectness > confidence {
        best = keypoint
        confidence = values[base + 5 + keypoint] * objectness
      }
      guard confidence > threshold else { continue }
      let halfWidth = values[base + 2] / 2
      let halfHeight = values[base + 3] / 2
      let (x, y) = (values[base], values[base + 1])
      candidates.append(
        Candidate(
          box: Box(x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight),
          confidence: confidence, classIndex: Int32(best), prediction: Int32(row)))
    }
  }

  /// Position of a row's keypoint.
  package func keypoint(_ keypoint: Int, of prediction: Int32) -> (x: Float, y: Float) {
    let base = Int(prediction) * channels + 6 + keypointCount + 2 * keypoint
    return (values[base], values[base + 1])
  }
}
