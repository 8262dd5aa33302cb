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
      where other.classIndex == candidate.classIndex && overlaps(box, otherBox, above: overlap) {
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

  private static func overlaps(_ a: Box, _ b: Box, above threshold: Float) -> Bool {
    let width = min(a.x2, b.x2) - max(a.x1, b.x1)
    let height = min(a.y2, b.y2) - max(a.y1, b.y1)
    guard width > 0, height > 0 else { return false }
    let intersection = width * height
    return intersection / (a.width * a.height + b.width * b.height - intersection) > threshold
  }
}
