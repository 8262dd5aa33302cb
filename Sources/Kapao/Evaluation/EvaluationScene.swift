/// One image in an evaluation: its people, its best results and how alike they are.
struct EvaluationScene {
  struct Person {
    let area: Double
    let isCrowd: Bool
    /// Whether finding the person, or not, counts for nothing: a crowd, or a person without labelled keypoints.
    let isIgnored: Bool
  }

  struct Result {
    let score: Double
    let area: Double
  }

  let people: [Person]
  /// By descending score; equal scores in the order in which they came.
  let results: [Result]
  /// For each result, its similarity to each person.
  let similarities: [[Double]]

  init(
    people: [COCOAnnotation], results: [COCOResult], similarity: ObjectKeypointSimilarity,
    takesPersonAreaFromBox: Bool, takesResultAreaFromBox: Bool
  ) {
    let areas = people.map { takesPersonAreaFromBox ? $0.box.height * $0.box.width * 0.53 : $0.area }
    self.people = zip(people, areas).map { person, area in
      Person(area: area, isCrowd: person.isCrowd, isIgnored: person.isCrowd || person.keypointCount == 0)
    }
    let best = results.enumerated().sorted { one, other in
      (other.element.score, one.offset) < (one.element.score, other.offset)
    }.prefix(COCOKeypointEvaluator.mostResultsPerImage).map(\.element)
    self.results = best.map { result in
      Result(
        score: result.score, area: takesResultAreaFromBox ? result.box?.area ?? result.extent : result.extent)
    }
    similarities = best.map { result in
      zip(people, areas).map { similarity.similarity(result.keypoints, to: $0, area: $1) }
    }
  }

  /// Gives each result a person, for people with an area in `range`: at every threshold, in the order of the results,
  /// the most similar person who is not taken yet; people who are ignored only if no other will do.
  func matched(in range: ClosedRange<Double>) -> SceneMatches {
    let isIgnored = people.map { $0.isIgnored || !range.contains($0.area) }
    let order = people.indices.filter { !isIgnored[$0] } + people.indices.filter { isIgnored[$0] }
    let outcomes = COCOKeypointEvaluator.thresholds.map { threshold in
      var taken = Set<Int>()
      return results.indices.map { result -> SceneMatches.Outcome in
        var best = min(threshold, 1 - 1e-10)
        var match: Int?
        for person in order {
          if taken.contains(person), !people[person].isCrowd { continue }
          if let match, !isIgnored[match], isIgnored[person] { break }
          guard similarities[result][person] >= best else { continue }
          best = similarities[result][person]
          match = person
        }
        guard let match else { return range.contains(results[result].area) ? .wrong : .ignored }
        taken.insert(match)
        return isIgnored[match] ? .ignored : .right
      }
    }
    return SceneMatches(
      scores: results.map(\.score), outcomes: outcomes, peopleCount: isIgnored.count { !$0 })
  }
}
