/// What became of the results of one image.
struct SceneMatches {
  enum Outcome {
    /// The result found a person.
    case right
    /// The result found nobody.
    case wrong
    /// The result counts for nothing: it found somebody who is ignored, or is of another size than asked for.
    case ignored
  }

  /// The results' scores.
  let scores: [Double]
  /// For each threshold, each result's outcome.
  let outcomes: [[Outcome]]
  /// The people to be found.
  let peopleCount: Int
}
