import Foundation

/// What is wrong with a keypoint of a result that was given to a person (Ronchi and Perona, ICCV 2017, section 3.1).
package enum KeypointError: String, CaseIterable, Codable, Sendable {
  /// Nothing: as near as another annotator would put it, s ≥ 0.85.
  case good
  /// Around the right place, 0.5 ≤ s < 0.85.
  case jitter
  /// At the place of the same person's keypoint of the other side.
  case inversion
  /// At the place of another person's keypoint, of either side.
  case swap
  /// At nobody's place, s < 0.5.
  case miss
}

/// Compares each keypoint of a result with those of everybody in the image.
struct KeypointDiagnosis {
  /// The similarity of a keypoint below which it is missed, and the one from which it is good.
  static let limits = (miss: 0.5, good: 0.85)

  /// For each keypoint what is wrong with it; `nil` where the person's is not labelled.
  let errors: [KeypointError?]
  /// The keypoints with all that is wrong put right: at the distance of the lower limit for a miss, of the upper limit
  /// for a jitter, as near to the right place as it was to the wrong one for inversions and swaps.
  private(set) var corrected: [COCOKeypoint]

  /// - Parameter index: The person that the result was given, of `people`.
  init(
    _ keypoints: [COCOKeypoint], person index: Int, of people: [EvaluationScene.Person],
    similarity: ObjectKeypointSimilarity, skeleton: Skeleton
  ) {
    let person = people[index]
    let others = people.indices.filter { $0 != index }.map { people[$0] }
    // The person first, so that equal similarities say what is best for the result.
    let candidates = [(person, false)] + others.map { ($0, false) } + [(person, true)] + others.map { ($0, true) }
    let mirrored = 1 + others.count
    var errors: [KeypointError?] = []
    var corrected = keypoints
    for (keypoint, found) in keypoints.enumerated() {
      guard person.annotation.keypoints[keypoint].third > 0 else {
        errors.append(nil)
        continue
      }
      var (best, place) = (0.0, 0)
      for (candidate, (somebody, isMirrored)) in candidates.enumerated() {
        let labels = somebody.annotation.keypoints
        guard !labels.isEmpty else { continue }
        let label = labels[isMirrored ? skeleton.flipped[keypoint] : keypoint]
        guard label.third > 0 else { continue }
        let (x, y) = (found.x - label.x, found.y - label.y)
        let similarity = similarity.term(keypoint, squaredDistance: x * x + y * y, area: somebody.area)
        if similarity > best { (best, place) = (similarity, candidate) }
      }
      let error: KeypointError =
        if best < Self.limits.miss {
          .miss
        } else if place == 0 {
          best < Self.limits.good ? .jitter : .good
        } else if place == mirrored {
          .inversion
        } else {
          .swap
        }
      errors.append(error)
      guard error != .good else { continue }
      let reached = error == .miss ? Self.limits.miss : error == .jitter ? Self.limits.good : best
      // The distance is what the authors' program takes, with σ² where OKS has (2σ)²: half of the one that would reach
      // the limit. Its published figures are made so.
      let distance =
        Double(skeleton.sigmas[keypoint]) * (-2 * log(min(reached, 1 - .ulpOfOne)) * person.area).squareRoot()
      corrected[keypoint].x = person.annotation.keypoints[keypoint].x + distance
      corrected[keypoint].y = person.annotation.keypoints[keypoint].y
    }
    self.errors = errors
    self.corrected = corrected
  }
}
