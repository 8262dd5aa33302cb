/// The refinement of a person: which crop of the frame is detected again, and how its poses are merged.
///
/// A network that has seen few people finds joints best in people of one size. So each person found is cut out of the
/// original picture at that size and read again by the same network. The answer is the person in the crop that is most
/// certain of those whose boxes overlap the first one's; it is weighed with what the first look found. The score is the
/// geometric mean of both looks'. Other people in the crop are left out: nobody is shown whom only a crop shows, as crops
/// would show neighbours twice, and invent more than a picture does.
package struct SecondLook: Sendable {
  /// Side of the crop in longer sides of the person's box.
  static let margin = 1.1
  /// Least IoU of the first box and that of an answer.
  static let leastOverlap: Float = 0.4
  /// τ_fd as a share of the longer side of the person's box: unlike in whole pictures the size of the person is known.
  static let fusionDistance: Float = 0.2
  /// What the confidence of a keypoint counts at least where looks are weighed.
  static let leastConfidence: Float = 0.02
  /// OKS from which two people are the same.
  static let sameness: Float = 0.7

  /// Width and height of the network's input in pixels.
  package let input: ImageSize
  private let given: Thresholds
  private let similarity: ObjectKeypointSimilarity

  /// - Parameters:
  ///   - cropSize: Side of the crops in pixels; rounded up to a multiple of 64.
  ///   - thresholds: Those of the first look.
  package init(cropSize: Int, skeleton: Skeleton, thresholds: Thresholds) {
    let side = (cropSize + 63) / 64 * 64
    input = ImageSize(width: side, height: side)
    given = thresholds
    similarity = ObjectKeypointSimilarity(sigmas: skeleton.sigmas)
  }

  /// The crop around a person; `nil` where the box is empty or outside the picture.
  package func crop(around person: Pose, in source: ImageSize) -> Letterbox? {
    Letterbox(source: source, around: person.box, margin: Self.margin, input: input)
  }

  /// The thresholds of suppression and fusion in the crop around a person.
  package func thresholds(for person: Pose) -> Thresholds {
    var thresholds = given
    thresholds.fusionDistance = Self.fusionDistance * max(person.box.width, person.box.height)
    return thresholds
  }

  /// Whom of the people in the crop the first look meant.
  package func answer(to first: Pose, among people: [Pose]) -> Pose? {
    people.filter { first.box.overlap(with: $0.box) > Self.leastOverlap }.max { $0.score < $1.score }
  }

  /// What all looks at a person say: the mean of the places, weighed by their confidences.
  ///
  /// - Parameters:
  ///   - first: The person as the first look found it.
  ///   - scale: Pixels of the network's input in the first look for one of the picture. The first look counts as much as
  ///     the second where the person had the best size or more, and less with the third power of the size.
  ///   - trust: Where there was no first look at this picture, what the place counts that it was put at: 0 for a guess.
  ///   - answers: What further looks found.
  /// - Returns: `nil` without an answer.
  package func joined(_ first: Pose, scale: Float, trust: Float = 1, _ answers: [Pose]) -> Pose? {
    guard var pose = answers.first else { return nil }
    let best = Float(input.width) / Float(Self.margin)
    let size = scale * max(first.box.width, first.box.height) / best
    let share = trust * min(1, size * size * size)
    let looks = answers.map { ($0.keypoints, Float(1)) } + (share > 0 ? [(first.keypoints, share)] : [])
    pose.score = (first.score * answers.map(\.score).reduce(0, +) / Float(answers.count)).squareRoot()
    for index in pose.keypoints.indices {
      var (x, y, sum): (Float, Float, Float) = (0, 0, 0)
      var surest = pose.keypoints[index]
      for (keypoints, share) in looks {
        let keypoint = keypoints[index]
        let weight = share * (keypoint.confidence + Self.leastConfidence)
        x += weight * keypoint.x
        y += weight * keypoint.y
        sum += weight
        if keypoint.confidence > surest.confidence { surest = keypoint }
      }
      pose.keypoints[index] = Keypoint(
        x: x / sum, y: y / sum, confidence: surest.confidence, source: surest.source, box: surest.box)
    }
    return pose
  }

  /// Where two people who were apart have got the same answer, the one whose box is nearer to it keeps it.
  package func settled(_ first: [Pose], _ answers: [Pose?]) -> [Pose?] {
    var settled = answers
    for (one, answer) in answers.enumerated() {
      for other in 0..<one {
        guard let here = answer, let there = answers[other], isSame(here, there), !isSame(first[one], first[other])
        else { continue }
        let isNearer = first[one].box.overlap(with: here.box) > first[other].box.overlap(with: there.box)
        settled[isNearer ? other : one] = nil
      }
    }
    return settled
  }

  private func isSame(_ one: Pose, _ other: Pose) -> Bool {
    // As in COCO, a body takes about half of its box.
    let area = 0.53 * max(one.box.area, other.box.area)
    return similarity.similarity(one.keypoints, other.keypoints, area: area) > Self.sameness
  }
}
