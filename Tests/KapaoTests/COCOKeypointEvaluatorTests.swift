import Foundation
import Kapao
import Testing

@Suite("Average precision and recall")
struct COCOKeypointEvaluatorTests {
  private let rules = EvaluationRules(.coco17)

  /// A person whose keypoints lie on a diagonal from (x, 0).
  private func person(image: Int, x: Double, area: Double = 5000, isCrowd: Bool = false) -> COCOAnnotation {
    COCOAnnotation(
      imageID: image, box: COCOBox(x: x, y: 0, width: 70, height: 170), area: area, isCrowd: isCrowd,
      keypoints: (0..<17).map { COCOKeypoint(x: x + 4 * Double($0), y: 10 * Double($0), third: isCrowd ? 0 : 2) })
  }

  /// A result with the keypoints of such a person.
  private func result(image: Int, x: Double, score: Double) -> COCOResult {
    COCOResult(imageID: image, keypoints: person(image: image, x: x).keypoints, score: score)
  }

  private func evaluate(_ people: [COCOAnnotation], _ results: [COCOResult]) throws -> EvaluationSummary {
    let images = Set(people.map(\.imageID)).map { COCOImage(id: $0, fileName: "\($0).jpg") }
    let evaluator = COCOKeypointEvaluator(COCODataset(images: images, annotations: people), rules: rules)
    return try evaluator.evaluate(results)
  }

  @Test("are 1 for results that equal the annotations")
  func areOneForPerfectResults() throws {
    let summary = try evaluate(
      [person(image: 1, x: 0), person(image: 1, x: 500), person(image: 2, x: 0)],
      [result(image: 1, x: 0, score: 0.9), result(image: 1, x: 500, score: 0.5), result(image: 2, x: 0, score: 0.1)])
    #expect(abs(summary[.ap]! - 1) < 1e-9)
    #expect(summary[.ar] == 1)
    #expect(summary[.apLarge] == nil)
    #expect(summary.people == 3)
    #expect(summary.images == 2)
  }

  @Test("fall where a wrong result has a higher score than a right one, not where it has a lower one")
  func dependOnTheRanking() throws {
    let people = [person(image: 1, x: 0)]
    let before = try evaluate(people, [result(image: 1, x: 900, score: 0.9), result(image: 1, x: 0, score: 0.5)])
    let after = try evaluate(people, [result(image: 1, x: 900, score: 0.1), result(image: 1, x: 0, score: 0.5)])
    #expect(abs(before[.ap]! - 0.5) < 1e-9)
    #expect(abs(after[.ap]! - 1) < 1e-9)
    #expect(before[.ar] == 1)
  }

  @Test("count a second result for the same person as wrong, and results for a crowd not at all")
  func countDuplicates() throws {
    let twice = [result(image: 1, x: 0, score: 0.9), result(image: 1, x: 0, score: 0.8)]
    let people = [person(image: 1, x: 0), person(image: 1, x: 500)]
    #expect(
      abs(try evaluate(people, twice + [result(image: 1, x: 500, score: 0.7)])[.ap]! - (51 + 50 * 2 / 3) / 101) < 1e-9)
    let inCrowd = (0..<5).map { result(image: 1, x: 400 + 10 * Double($0), score: 0.95) }
    let summary = try evaluate([people[0], person(image: 1, x: 420, isCrowd: true)], inCrowd + twice)
    #expect(abs(summary[.ap]! - 1) < 1e-9)
  }

  @Test("take the twenty best results of an image")
  func takeTwentyResults() throws {
    let wrong = (0..<20).map { _ in result(image: 1, x: 900, score: 0.9) }
    let summary = try evaluate([person(image: 1, x: 0)], wrong + [result(image: 1, x: 0, score: 0.8)])
    #expect(summary[.ar] == 0)
    #expect(try evaluate([person(image: 1, x: 0)], [])[.ap] == 0)
  }

  @Test("are refused for results that do not belong to the data set")
  func areRefused() throws {
    #expect(throws: EvaluationError.unknownImage(7)) {
      try evaluate([person(image: 1, x: 0)], [result(image: 7, x: 0, score: 1)])
    }
    #expect(throws: EvaluationError.keypointCount(expected: 17, found: 0)) {
      try evaluate([person(image: 1, x: 0)], [COCOResult(imageID: 1, keypoints: [], score: 1)])
    }
  }

  @Test(
    "agree with COCO's tool to four decimals",
    .enabled(if: OfficialEvaluation.hasCOCO, "pycocotools is not installed for KAPAO_PYTHON or python3"),
    arguments: [1, 2, 3], [false, true])
  func agreeWithCOCO(seed: UInt64, hasBoxes: Bool) throws {
    let people = SyntheticPeople(seed: seed, images: 150, keypointCount: 17, resultsHaveBoxes: hasBoxes)
    try compare(people, rules: rules, tool: .coco)
  }

  @Test(
    "agree with CrowdPose's tool to four decimals",
    .enabled(if: OfficialEvaluation.hasCrowdPose, "xtcocotools is not installed for KAPAO_PYTHON or python3"),
    arguments: [4, 5, 6])
  func agreeWithCrowdPose(seed: UInt64) throws {
    let people = SyntheticPeople(seed: seed, images: 150, keypointCount: 14)
    try compare(people, rules: EvaluationRules(.crowdPose14), tool: .crowdPose)
  }

  /// Evaluates the files here and by the official tool, and compares every figure.
  private func compare(_ people: SyntheticPeople, rules: EvaluationRules, tool: OfficialEvaluation) throws {
    try Fixture.withTemporaryFolder { folder in
      let (annotations, results) = ("\(folder)/annotations.json", "\(folder)/results.json")
      try people.writeAnnotations(to: annotations)
      try COCOResult.write(people.results, to: results)
      let count = people.results[0].keypoints.count
      let evaluator = COCOKeypointEvaluator(
        try COCODataset(contentsOf: annotations, keypointCount: count), rules: rules)
      let summary = try evaluator.evaluate(COCOResult.read(results))
      let official = try tool.figures(annotations: annotations, results: results)
      #expect(Set(official.keys) == Set(summary.measures.map(\.rawValue)))
      for measure in summary.measures {
        let figure = try #require(official[measure.rawValue])
        #expect(figure > 0.02 && figure < 0.98)
        // CrowdPose's tool gives the classes of images rounded to four decimals.
        #expect(abs(summary[measure]! - figure) <= 0.000_051, "\(measure.rawValue)")
      }
    }
  }
}
