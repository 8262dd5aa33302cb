/// Where detections come from: the raw grids of a network, or predictions decoded elsewhere.
public protocol PredictionSource {
  /// Appends the predictions whose objectness and confidence both exceed `threshold`, in the order of predictions.
  func appendCandidates(above threshold: Float, to candidates: inout [Candidate])

  /// Position of keypoint `keypoint` regressed with a prediction, in pixels of the network's input.
  func keypoint(_ keypoint: Int, of prediction: Int32) -> (x: Float, y: Float)
}
