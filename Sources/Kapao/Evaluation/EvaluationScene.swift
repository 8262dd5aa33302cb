/// One image in an evaluation: its people, its best results and how alike they are.
struct EvaluationScene {
  struct Person {
    let annotation: COCOAnnotation
    let area: Double
    /// Whether the person is ignored, found or not: a crowd, or a person without labelled keypoints.
    var isIgnored: Bool { annotation.isCrowd || annotation.keypointCount == 0 }
  }

  struct Result {
    var keypoints: [COCOKeypoint]
    var score: Double
    /// What the size class is chosen by; stays when keypoints are changed.
    let area: Double
  }

  let people: [Person]
  /// By descending score; equal scores in the order in which they came.
  private(set) var results: [Result]
  /// For each result, its similarity to each person.
  private(set) var similarities: [[Double]]
  let similarity: ObjectKeypointSimilarity

  init(
    people: [COCOAnnotation], results: [COCOResult], similarity: ObjectKeypointSimilarity,
    takesPersonAreaFromBox: Bool, takesResultAreaFromBox: Bool
  ) {
    self.people = people.map { person in
      Person(
        annotation: person, area: takesPersonAreaFromBox ? person.box.height * person.box.width * 0.53 : person.area)
    }
    self.similarity = similarity
    let all = results.map { result in
      Result(
        keypoints: result.keypoints, score: result.score,
        area: takesResultAreaFromBox ? result.box?.area ?? result.extent : result.extent)
    }
    self.results = Array(Self.ranked(all).prefix(COCOKeypointEvaluator.mostResultsPerImage))
    similarities = []
    compare()
  }

  /// Changes keypoints or scores of results, by index; they are compared and ranked anew.
  mutating func change(_ change: (Int, inout Result) -> Void) {
    for index in results.indices { change(index, &results[index]) }
    results = Self.ranked(results)
    compare()
  }

  private static func ranked(_ results: [Result]) -> [Result] {
    results.enumerated().sorted { one, other in
      (other.element.score, one.offset) < (one.element.score, other.offset)
    }.map(\.element)
  }

  private mutating func compare() {
    similarities = results.map { result in
      people.map { similarity.similarity(result.keypoints, to: $0.annotation, area: $0.area) }
    }
  }

  /// For each person, whether the evaluation of people with an area in `range` ignores the person.
  func isIgnored(outside range: ClosedRange<Double>) -> [Bool] {
    people.map { $0.isIgnored || !range.contains($0.area) }
  }

  /// The person that each result is given, by index, in the order of the results: the most similar one who is not taken
  /// yet; people who are ignored only if no other will do.
  func matches(at threshold: Double, isIgnored: [Bool]) -> [Int?] {
    let order = people.indices.filter { !isIgnored[$0] } + people.indices.filter { isIgnored[$0] }
    var taken = Set<Int>()
    return results.indices.map { result in
      var best = min(threshold, 1 - 1e-10)
      var match: Int?
      for person in order {
        if taken.contains(person), !people[person].annotation.isCrowd { continue }
        if let match, !isIgnored[match], isIgnored[person] { break }
        guard similarities[result][person] >= best else { continue }
        best = similarities[result][person]
        match = person
      }
      if let match { taken.insert(match) }
      return match
    }
  }

  /// What becomes of the results at every threshold, for people with an area in `range`.
  func matched(in range: ClosedRange<Double>) -> SceneMatches {
    let isIgnored = isIgnored(outside: range)
    let outcomes = COCOKeypointEvaluator.thresholds.map { threshold in
      zip(results, matches(at: threshold, isIgnored: isIgnored)).map { result, match -> SceneMatches.Outcome in
        guard let match else { return range.contains(result.area) ? .wrong : .ignored }
        return isIgnored[match] ? .ignored : .right
      }
    }
    return SceneMatches(
      scores: results.map(\.score), outcomes: outcomes, peopleCount: isIgnored.count { !$0 })
  }
}
