/// Predictions that were decoded already: rows of x y w h, objectness, K + 1 class scores, 2K keypoint coordinates.
///
/// This is the form in which the official code holds them, and in which `model run` writes them for comparison.
public struct DecodedPredictions: PredictionSource, Sendable {
  /// Numbers in a row: 5 + (K + 1) + 2K.
  public let channels: Int
  /// Row after row, in pixels of the network's input.
  public private(set) var values: [Float]

  /// Rows of `channels` numbers.
  public init(channels: Int, values: [Float]) {
    self.channels = channels
    self.values = values
  }

  /// Number of rows.
  public var count: Int { values.count / channels }
  private var keypointCount: Int { (channels - 6) / 3 }

  /// Appends the rows above the threshold, in order.
  public func appendCandidates(above threshold: Float, to candidates: inout [Candidate]) {
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
  public func keypoint(_ keypoint: Int, of prediction: Int32) -> (x: Float, y: Float) {
    let base = Int(prediction) * channels + 6 + keypointCount + 2 * keypoint
    return (values[base], values[base + 1])
  }
}
