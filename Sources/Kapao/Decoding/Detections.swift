/// Pose objects and keypoint objects of one image after non-maximum suppression, each in descending confidence.
package struct Detections: Hashable, Sendable {
  /// People.
  package var poseObjects: [Candidate]
  /// Keypoints, of classes 1…K.
  package var keypointObjects: [Candidate]

  /// Suppresses by the official code's two paths, which differ in their results.
  ///
  /// If both IoU thresholds are equal and τ_ck ≥ τ_cp, one pass finds both kinds, which share the cap of 300, and
  /// keypoint objects are filtered with ≥ τ_ck. Otherwise each kind has a pass, a confidence threshold and a cap of its
  /// own; a prediction's class is its best class in either pass.
  package init(_ predictions: some PredictionSource, thresholds: Thresholds) {
    let shared =
      thresholds.poseOverlap == thresholds.keypointOverlap
      && thresholds.keypointConfidence >= thresholds.poseConfidence
    var candidates: [Candidate] = []
    predictions.appendCandidates(
      above: shared
        ? thresholds.poseConfidence : min(thresholds.poseConfidence, thresholds.keypointConfidence),
      to: &candidates)
    if shared {
      let kept = NonMaximumSuppression.keep(candidates, overlap: thresholds.poseOverlap)
      poseObjects = kept.filter { $0.classIndex == 0 }
      keypointObjects = kept.filter { $0.classIndex > 0 && $0.confidence >= thresholds.keypointConfidence }
    } else {
      poseObjects = NonMaximumSuppression.keep(
        candidates.filter { $0.classIndex == 0 && $0.confidence > thresholds.poseConfidence },
        overlap: thresholds.poseOverlap)
      keypointObjects = NonMaximumSuppression.keep(
        candidates.filter { $0.classIndex > 0 && $0.confidence > thresholds.keypointConfidence },
        overlap: thresholds.keypointOverlap)
    }
  }
}

/// A detection before or after non-maximum suppression: a pose object (class 0) or a keypoint object (class k + 1).
package struct Candidate: Hashable, Sendable {
  /// Box in pixels of the network's input.
  package var box: Box
  /// Objectness × best class score, 0…1.
  package var confidence: Float
  /// 0 for a pose object, k + 1 for keypoint k.
  package var classIndex: Int32
  /// Which prediction it is, for looking up its keypoints later.
  package var prediction: Int32
}

/// Greedy non-maximum suppression per class, as `torchvision.ops.nms` over boxes shifted by 4096 pixels a class.
enum NonMaximumSuppression {
  /// Candidates kept at most, over all classes of one call.
  static let maximumDetections = 300
  /// Candidates considered at most.
  static let maximumCandidates = 30_000
  /// Shift between the boxes of neighbouring classes in the official code; its rounding is part of the result.
  private static let classShift: Float = 4096

  /// The candidates kept, in descending order of confidence.
  static func keep(_ candidates: [Candidate], overlap: Float) -> [Candidate] {
    // Equal confidences keep the order of predictions: the sort need not be stable then.
    var order = candidates.indices.map { ($0, candidates[$0].confidence) }
    order.sort { $0.1 > $1.1 || ($0.1 == $1.1 && $0.0 < $1.0) }

    var kept: [Candidate] = []
    var keptBoxes: [Box] = []
    kept.reserveCapacity(min(order.count, maximumDetections))
    search: for (index, _) in order.prefix(maximumCandidates) {
      let candidate = candidates[index]
      let box = shifted(candidate)
      for (other, otherBox) in zip(kept, keptBoxes)
      where other.classIndex == candidate.classIndex && box.overlap(with: otherBox) > overlap {
        continue search
      }
      kept.append(candidate)
      keptBoxes.append(box)
      if kept.count == maximumDetections { break }
    }
    return kept
  }

  private static func shifted(_ candidate: Candidate) -> Box {
    let shift = Float(candidate.classIndex) * classShift
    let box = candidate.box
    return Box(x1: box.x1 + shift, y1: box.y1 + shift, x2: box.x2 + shift, y2: box.y2 + shift)
  }
}
