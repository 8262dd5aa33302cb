import Foundation
import Kapao
import Testing

@Suite("Two sets of results")
struct ResultComparisonTests {
  /// Three images with a person each, found shifted by so many pixels; `nil` where not found.
  private func comparison(_ first: [Double?], _ second: [Double?]) throws -> ResultComparison {
    let keypoints = (0..<17).map { COCOKeypoint(x: 5 * Double($0), y: 15 * Double($0), third: 2) }
    let people = first.indices.map { image in
      COCOAnnotation(
        id: image + 1, imageID: image, box: COCOBox(x: 0, y: 0, width: 80, height: 240), area: 10_000,
        keypoints: keypoints)
    }
    let dataset = COCODataset(
      images: first.indices.map { COCOImage(id: $0, fileName: "\($0).jpg") }, annotations: people)
    func results(_ shifts: [Double?]) -> [COCOResult] {
      shifts.enumerated().compactMap { image, shift in
        shift.map { shift in
          COCOResult(
            imageID: image, keypoints: keypoints.map { COCOKeypoint(x: $0.x + shift, y: $0.y, third: 1) }, score: 0.5)
        }
      }
    }
    return try ResultComparison(
      results(first), with: results(second), by: COCOKeypointEvaluator(dataset, rules: EvaluationRules(.coco17)))
  }

  @Test("differ by the OKS of each person; who was not found counts as 0")
  func differ() throws {
    let comparison = try comparison([0, 0, 5], [0, nil, 0])
    #expect(comparison.images.map(\.difference)[0] == 0)
    #expect(comparison.images[1].difference == 1)
    #expect(comparison.images[2].difference < 0)
    #expect(comparison.differences.count == 3)
    #expect(comparison.first[.ar50] == 1 && abs(comparison.second[.ar50]! - 2.0 / 3) < 1e-9)
  }

  @Test("are ranked over images in which both found everybody")
  func areRanked() throws {
    let comparison = try comparison([0, 0, 5], [3, nil, 0])
    #expect(comparison.ranking.map(\.first.image) == [0, 2])
    #expect(comparison.ranking[0].difference > 0 && comparison.ranking[1].difference < 0)
  }
}
