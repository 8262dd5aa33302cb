/// How well one annotated person was found.
package struct PersonOutcome: Hashable, Sendable, Encodable {
  /// The result that was given to the person.
  package struct Found: Hashable, Sendable, Encodable {
    /// The result's place in its image, by descending score, from 0.
    package let rank: Int
    /// Its score.
    package let score: Double
    /// Its K keypoints, in pixels of the image.
    package let keypoints: [COCOKeypoint]
    /// For each keypoint what is wrong with it; `nil` where the person's is not labelled.
    package let errors: [KeypointError?]

    private enum CodingKeys: CodingKey {
      case rank
      case score
      case keypoints
      case errors
    }

    /// Writes keypoints as COCO does.
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(rank, forKey: .rank)
      try container.encode(score, forKey: .score)
      try container.encode(keypoints.flatMap { [$0.x, $0.y, $0.third] }, forKey: .keypoints)
      try container.encode(errors, forKey: .errors)
    }
  }

  /// The person's number in the annotations; `nil` where the file has none.
  package let annotation: Int?
  /// The person as annotated.
  package let truth: COCOAnnotation
  /// OKS of the result that was given to the person, 0…1; 0 where there is none.
  package let oks: Double
  /// That result.
  package let found: Found?

  private enum CodingKeys: String, CodingKey {
    case annotation = "annotation_id"
    case oks
    case found
  }
}

/// How well the people of one image were found.
package struct ImageOutcome: Hashable, Sendable, Encodable {
  /// The image's number.
  package let image: Int
  /// Name of its file.
  package let fileName: String
  /// Its people with labelled keypoints, in the order of the annotations.
  package let people: [PersonOutcome]
  /// Results, of the twenty best, that were given nobody.
  package let unmatched: Int

  private enum CodingKeys: String, CodingKey {
    case image = "image_id"
    case fileName = "file_name"
    case people
    case unmatched
  }
}

extension COCOKeypointEvaluator {
  /// For each image and person the result, of the twenty best of an image, that is given to the person at an OKS of at
  /// least 0.1, the best results first as in the evaluation.
  ///
  /// - Returns: Images in the order of their numbers.
  /// - Throws: `EvaluationError` where a result does not belong to the data set.
  package func outcomes(of results: [COCOResult]) throws -> [ImageOutcome] {
    try scenes(with: results).map { image, scene in
      let isIgnored = scene.people.map(\.isIgnored)
      let matches = scene.matches(at: PoseErrorAnalysis.localization, isIgnored: isIgnored)
      let people = scene.people.indices.filter { !isIgnored[$0] }.map { person in
        outcome(of: person, in: scene, result: matches.firstIndex(of: person))
      }
      return ImageOutcome(
        image: image.id, fileName: image.fileName, people: people, unmatched: matches.count { $0 == nil })
    }
  }

  private func outcome(of person: Int, in scene: EvaluationScene, result: Int?) -> PersonOutcome {
    let truth = scene.people[person].annotation
    guard let result else { return PersonOutcome(annotation: truth.id, truth: truth, oks: 0, found: nil) }
    let diagnosis = KeypointDiagnosis(
      scene.results[result].keypoints, person: person, of: scene.people, similarity: similarity,
      skeleton: rules.skeleton)
    return PersonOutcome(
      annotation: truth.id, truth: truth, oks: scene.similarities[result][person],
      found: PersonOutcome.Found(
        rank: result, score: scene.results[result].score, keypoints: scene.results[result].keypoints,
        errors: diagnosis.errors))
  }
}
