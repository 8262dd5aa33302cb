import Kapao
import TestSupport
import Testing

@Suite("What keypoint objects change in poses")
struct ConfirmedPoseTests {
  /// Two pose objects of confidence 0.81 and 0.64 in a picture of 256 pixels, 128 apart, and a keypoint object of
  /// confidence 0.49 on the nose of the second.
  private static let predictions: DecodedPredictions = {
    var first = [Float](repeating: 0, count: 57)
    first[0...5] = [64, 64, 60, 100, 0.9, 0.9]
    first[23...24] = [64, 30]
    var second = first
    second[0...5] = [192, 64, 60, 100, 0.8, 0.8]
    second[23...24] = [192, 30]
    var nose = [Float](repeating: 0, count: 57)
    nose[0...6] = [194, 30, 13, 13, 0.7, 0, 0.7]
    return DecodedPredictions(channels: 57, values: first + second + nose)
  }()

  private func poses(_ change: (inout Thresholds) -> Void) -> [Pose] {
    var thresholds = Preset.confirmed.thresholds
    change(&thresholds)
    let letterbox = Letterbox(source: ImageSize(width: 256, height: 256), size: 256)
    let fusion = Fusion(thresholds: thresholds, letterbox: letterbox, keypointCount: 17)
    return fusion.poses(Detections(Self.predictions, thresholds: thresholds), predictions: Self.predictions)
  }

  @Test("the official score is the pose object's confidence")
  func official() {
    let found = poses { $0.scoring = .pose }
    #expect(found.map { $0.box.x1 } == [34, 162])
    #expect(zip(found, [0.81, 0.64]).allSatisfy { abs($0.score - Float($1)) < 1e-6 })
  }

  @Test("who is confirmed by a keypoint object comes before one with a more certain pose object")
  func confirmed() {
    let found = poses { $0.poseConfidence = 0.05 }
    #expect(found.map { $0.box.x1 } == [162, 34])
    // Of 17 keypoints one counts 0.49 and the others 0.01.
    let expected: [Float] = [(0.64 * 0.65 / 17).squareRoot(), (0.81 * 0.17 / 17).squareRoot()]
    #expect(zip(found, expected).allSatisfy { abs($0.score - $1) < 1e-5 })
  }

  @Test("the score has to exceed the threshold too")
  func threshold() {
    #expect(poses { $0.poseConfidence = 0.15 }.map { $0.box.x1 } == [162])
    #expect(poses { $0.poseConfidence = 0.2 }.isEmpty)
  }

  @Test("without keypoint objects the pose object's confidence is all there is")
  func withoutKeypointObjects() {
    let found = poses { $0.usesKeypointObjects = false }
    #expect(found.map { $0.box.x1 } == [34, 162])
  }

  @Test("a keypoint object replaces the keypoint, or is weighed against it by their confidences")
  func weight() throws {
    func nose(_ weight: Float) throws -> Keypoint {
      let found = poses { thresholds in
        thresholds.poseConfidence = 0.05
        thresholds.fusionWeight = weight
      }
      return try #require(found.first).keypoints[0]
    }
    #expect(try nose(0).x == 194)
    #expect(try nose(0.5).box == Box(x1: 187.5, y1: 23.5, x2: 200.5, y2: 36.5), "the box is the keypoint object's")
    let weighed = try nose(0.5)
    #expect(abs(weighed.x - (0.49 * 194 + 0.32 * 192) / 0.81) < 1e-3)
    #expect(abs(weighed.confidence - 0.49) < 1e-6, "it is as sure as the keypoint object")
    #expect(weighed.source == .keypointObject)
  }
}
