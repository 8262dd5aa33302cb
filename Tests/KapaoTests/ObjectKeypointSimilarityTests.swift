import Foundation
import Kapao
import Testing

@Suite("Object keypoint similarity")
struct ObjectKeypointSimilarityTests {
  private let similarity = ObjectKeypointSimilarity(sigmas: [0.05, 0.1])

  @Test("is 1 for equal poses and falls with distance, the slower the larger the person and the keypoint's sigma")
  func fallsWithDistance() {
    let pose = [Keypoint(x: 0, y: 0), Keypoint(x: 10, y: 10)]
    let moved = [Keypoint(x: 3, y: 4), Keypoint(x: 13, y: 6)]
    #expect(similarity.similarity(pose, pose, area: 1000) == 1)
    let expected = (exp(-25 / (2 * 1000 * 0.01)) + exp(-25 / (2 * 1000 * 0.04))) / 2
    #expect(abs(Double(similarity.similarity(pose, moved, area: 1000)) - expected) < 1e-6)
    #expect(similarity.similarity(pose, moved, area: 4000) > similarity.similarity(pose, moved, area: 1000))
    #expect(similarity.similarity(pose, moved, area: 0) == 0)
  }

  @Test("counts labelled keypoints only")
  func countsLabelledKeypoints() {
    let person = COCOAnnotation(
      imageID: 1, box: COCOBox(x: 0, y: 0, width: 10, height: 10), area: 100,
      keypoints: [COCOKeypoint(x: 5, y: 5, third: 2), COCOKeypoint(x: 0, y: 0, third: 0)])
    let result = [COCOKeypoint(x: 5, y: 5, third: 0), COCOKeypoint(x: 900, y: 900, third: 0)]
    #expect(similarity.similarity(result, to: person, area: 100) == 1)
  }

  @Test("of a person without labels is 1 inside the box enlarged by its size to every side, also without keypoints")
  func usesTheEnlargedBox() {
    for keypoints in [[], [COCOKeypoint](repeating: COCOKeypoint(x: 0, y: 0, third: 0), count: 2)] {
      let person = COCOAnnotation(
        imageID: 1, box: COCOBox(x: 100, y: 100, width: 10, height: 20), area: 100, keypoints: keypoints)
      let corners = [COCOKeypoint(x: 90, y: 80, third: 0), COCOKeypoint(x: 120, y: 140, third: 0)]
      #expect(similarity.similarity(corners, to: person, area: 100) == 1)
      let outside = [COCOKeypoint(x: 89, y: 80, third: 0), COCOKeypoint(x: 120, y: 141, third: 0)]
      let expected = (exp(-1 / (2 * 100 * 0.01)) + exp(-1 / (2 * 100 * 0.04))) / 2
      #expect(abs(similarity.similarity(outside, to: person, area: 100) - expected) < 1e-6)
    }
  }
}
