import Foundation
import Kapao
import TestSupport
import Testing

@Suite("Suppression and fusion agree with the official code")
struct PostprocessParityTests {
  static let cases = try! ReferencePeople.list(Fixtures.path("reference/postprocess.json"))

  @Test("every case and setting gives the same people", arguments: 0..<cases.count)
  func samePeople(index: Int) throws {
    let expected = Self.cases[index]
    let file = try Safetensors(contentsOf: Fixtures.path("reference/postprocess.safetensors"))
    let tensor = try file.tensor("case\(expected.case!).pred")
    let predictions = DecodedPredictions(channels: tensor.shape[1], values: tensor.values)
    let skeleton: Skeleton = expected.dataset == "crowdpose" ? .crowdPose14 : .coco17

    let detections = Detections(predictions, thresholds: expected.officialThresholds)
    #expect(detections.poseObjects.count == expected.n_pose_objects)
    if expected.officialThresholds.usesKeypointObjects {
      #expect(detections.keypointObjects.count == expected.n_keypoint_objects)
    }
    let poses = Fusion(
      thresholds: expected.officialThresholds, letterbox: expected.letterbox, keypointCount: skeleton.count
    ).poses(detections, predictions: predictions)

    #expect(expected.differences(poses, tolerance: 0.01) == [])
    let fused = (0..<skeleton.count).map { keypoint in
      poses.count { $0.keypoints[keypoint].source == .keypointObject }
    }
    #expect(fused == expected.fused)
  }

  @Test("the natural border rule moves no keypoint into the image")
  func naturalBorder() throws {
    // One pose object whose nose lies 30 pixels left of the image.
    var row = [Float](repeating: 0, count: 57)
    row[0...5] = [64, 64, 60, 100, 0.9, 0.9]
    row[23...24] = [-30, 40]
    let predictions = DecodedPredictions(channels: 57, values: row)
    let letterbox = Letterbox(source: ImageSize(width: 128, height: 128), size: 128)
    func nose(_ border: BorderRule) -> Float {
      var thresholds = Preset.demo.thresholds
      thresholds.border = border
      let fusion = Fusion(thresholds: thresholds, letterbox: letterbox, keypointCount: 17)
      return fusion.poses(Detections(predictions, thresholds: thresholds), predictions: predictions)[0].keypoints[0].x
    }
    #expect(nose(.natural) == -30)
    #expect(nose(.official) == 0)
  }
}
