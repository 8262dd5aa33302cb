import Foundation
import Kapao
import Testing

@Suite("Errors of poses")
struct PoseErrorAnalysisTests {
  /// What Ronchi and Perona's program (coco-analyze) computes for the same two files.
  private struct Expected: Decodable {
    let ap: [String: [Double]]
    let fp: [Int]
    let fn: [Int]
    /// For each keypoint: good, jitter, inversion, swap, miss.
    let keypoints: [[Int]]
  }

  private static let kinds: [KeypointError] = [.good, .jitter, .inversion, .swap, .miss]

  @Test("agree with the authors' program: average precision to three decimals, counts exactly")
  func agreeWithTheAuthors() throws {
    let expected = try JSONDecoder().decode(
      [String: Expected].self, from: Data(Fixture.bytes("evaluation/errors_expected.json")))
    let dataset = try COCODataset(contentsOf: Fixture.path("evaluation/errors_annotations.json"), keypointCount: 17)
    let results = try COCOResult.read(Fixture.path("evaluation/errors_results.json"))
    let report = try PoseErrorAnalysis(dataset, rules: EvaluationRules(.coco17)).analyse(results)
    #expect(report.sizeClasses.map(\.name) == ["all", "medium", "large"])
    for sizeClass in report.sizeClasses {
      let expected = try #require(expected[sizeClass.name])
      #expect(expected.ap.count == PoseErrorReport.Step.allCases.count)
      for step in PoseErrorReport.Step.allCases {
        let figures = try #require(expected.ap[step.rawValue])
        for threshold in report.thresholds.indices {
          let ap = try #require(sizeClass.averagePrecision(step, at: threshold))
          #expect(abs(ap - figures[threshold]) < 0.0005, "\(sizeClass.name) \(step) \(report.thresholds[threshold])")
        }
      }
      #expect(sizeClass.falsePositives == expected.fp)
      #expect(sizeClass.falseNegatives == expected.fn)
      #expect(sizeClass.keypoints.map { counts in Self.kinds.map { counts[$0]! } } == expected.keypoints)
    }
  }

  @Test("are told apart for two people side by side")
  func areToldApart() throws {
    func person(x: Double) -> [COCOKeypoint] {
      (0..<17).map { COCOKeypoint(x: x + ($0.isMultiple(of: 2) ? 0 : 60), y: 20 * Double($0), third: 2) }
    }
    let people = [0.0, 500].map { x in
      COCOAnnotation(
        imageID: 1, box: COCOBox(x: x, y: 0, width: 60, height: 320), area: 10_000, keypoints: person(x: x))
    }
    var found = person(x: 0)
    found[5].x += 12  // a left shoulder: s = exp(-144 / (8 · 0.079² · 10000)) = 0.75
    found[7] = person(x: 0)[8]  // the left elbow at the right one's place
    found[9] = person(x: 500)[9]  // the left wrist at the other person's
    found[11] = COCOKeypoint(x: -400, y: -400, third: 1)
    let evaluator = COCOKeypointEvaluator(
      COCODataset(images: [COCOImage(id: 1, fileName: "1.jpg")], annotations: people), rules: EvaluationRules(.coco17))
    let outcome = try evaluator.outcomes(of: [COCOResult(imageID: 1, keypoints: found, score: 0.9)])[0]
    let errors = try #require(outcome.people[0].found).errors
    #expect(errors[5] == .jitter && errors[7] == .inversion && errors[9] == .swap && errors[11] == .miss)
    #expect(errors.count { $0 == .good } == 13)
    #expect(abs(outcome.people[0].oks - (13 + 0.75 + 0 + 0 + 0) / 17) < 0.005)
    #expect(outcome.people[1].found == nil && outcome.people[1].oks == 0)
    #expect(outcome.unmatched == 0)
  }

  @Test("end at a precision of 1, and a perfect result has none")
  func endAtOne() throws {
    let dataset = try COCODataset(contentsOf: Fixture.path("evaluation/errors_annotations.json"), keypointCount: 17)
    let perfect = dataset.annotations.filter { $0.keypointCount > 0 }.map {
      COCOResult(imageID: $0.imageID, keypoints: $0.keypoints, score: 1)
    }
    let report = try PoseErrorAnalysis(dataset, rules: EvaluationRules(.coco17)).analyse(perfect)
    let all = report.sizeClasses[0]
    for step in PoseErrorReport.Step.allCases {
      #expect(abs(all.averagePrecision(step, at: 9)! - 1) < 1e-9)
    }
    #expect(all.falsePositives.allSatisfy { $0 == 0 } && all.falseNegatives.allSatisfy { $0 == 0 })
    #expect(all.keypoints.allSatisfy { $0[.good]! > 0 && $0[.jitter] == 0 && $0[.miss] == 0 })
  }
}
