import Foundation

/// How alike two poses are, from 0 to 1: COCO's object keypoint similarity (OKS).
///
/// The mean over the keypoints of exp(−d² / (2 · area · (2σ)²)), where d is a keypoint's distance in pixels, σ its
/// standard deviation among human annotators and `area` the person's, in square pixels.
package struct ObjectKeypointSimilarity: Sendable {
  /// 2 · (2σ)² of each keypoint.
  private let scales: [Double]

  /// A similarity for keypoints with these standard deviations.
  package init(sigmas: [Float]) {
    scales = sigmas.map { 8 * Double($0) * Double($0) }
  }

  /// The number of keypoints K.
  package var count: Int { scales.count }

  /// The similarity of two poses of K keypoints each, all of which count.
  package func similarity(_ one: [Keypoint], _ other: [Keypoint], area: Float) -> Float {
    precondition(one.count == count && other.count == count, "the poses have another number of keypoints")
    let sum = zip(one, other).enumerated().reduce(0.0) { sum, pair in
      let (x, y) = (Double(pair.element.0.x - pair.element.1.x), Double(pair.element.0.y - pair.element.1.y))
      return sum + term(pair.offset, squaredDistance: x * x + y * y, area: Double(area))
    }
    return Float(sum / Double(count))
  }

  /// The similarity of a result to an annotated person, as COCO's evaluation computes it: over the labelled keypoints,
  /// or where there is none, over all of them and with their distance from a box three times the annotated one's size.
  package func similarity(_ result: [COCOKeypoint], to person: COCOAnnotation, area: Double) -> Double {
    let isLabelled = person.keypoints.map { $0.third > 0 }
    let hasLabels = isLabelled.contains(true)
    var sum = 0.0
    var terms = 0
    for (index, found) in result.enumerated() where !hasLabels || isLabelled[index] {
      let x: Double
      let y: Double
      if hasLabels {
        x = found.x - person.keypoints[index].x
        y = found.y - person.keypoints[index].y
      } else {
        x = Self.distance(of: found.x, from: person.box.x, length: person.box.width)
        y = Self.distance(of: found.y, from: person.box.y, length: person.box.height)
      }
      sum += term(index, squaredDistance: x * x + y * y, area: area)
      terms += 1
    }
    return sum / Double(max(1, terms))
  }

  /// A keypoint's own similarity, by its squared distance in pixels.
  func term(_ keypoint: Int, squaredDistance: Double, area: Double) -> Double {
    exp(-squaredDistance / scales[keypoint] / (area + .ulpOfOne))
  }

  /// Distance from the interval of `length` beginning at `start`, extended by its length to both sides.
  private static func distance(of place: Double, from start: Double, length: Double) -> Double {
    max(0, start - length - place) + max(0, place - (start + 2 * length))
  }
}
