import Foundation
import Kapao

/// An expected result of the official post-processing, as `postprocess.json` and `kapao_n_seed.poses.json` list them.
package struct ReferencePeople: Decodable, Sendable {
  /// The official names of the thresholds.
  package struct Settings: Decodable, Sendable {
    let conf_thres: Float
    let iou_thres: Float
    let conf_thres_kp: Float
    let iou_thres_kp: Float
    let conf_thres_kp_person: Float
    let overwrite_tol: Float
    let use_kp_dets: Bool
  }

  /// Number of the synthetic case.
  package let `case`: Int?
  /// Number of the image.
  package let image: Int?
  /// Name of the data set whose skeleton is used.
  package let dataset: String?
  /// Name of the setting.
  package let settings: String
  let thresholds: Settings
  let model_size: [Int]
  let image_size: [Int]
  /// Pose objects after suppression.
  package let n_pose_objects: Int?
  /// Keypoint objects after suppression.
  package let n_keypoint_objects: Int?
  /// x1 y1 x2 y2 in image pixels.
  package let bboxes: [[Float]]
  /// One per person.
  package let scores: [Float]
  /// x, y, confidence per keypoint and person.
  package let poses: [[[Float]]]
  /// Fused keypoint objects per keypoint.
  package let fused: [Int]?

  /// The thresholds, with the official treatment of the border.
  package var officialThresholds: Thresholds {
    Thresholds(
      poseConfidence: thresholds.conf_thres, poseOverlap: thresholds.iou_thres,
      keypointConfidence: thresholds.conf_thres_kp, keypointOverlap: thresholds.iou_thres_kp,
      fusionConfidence: thresholds.conf_thres_kp_person, fusionDistance: thresholds.overwrite_tol,
      usesKeypointObjects: thresholds.use_kp_dets, border: .official)
  }

  /// How the image was fitted.
  package var letterbox: Letterbox {
    Letterbox(
      source: ImageSize(width: image_size[0], height: image_size[1]),
      input: ImageSize(width: model_size[0], height: model_size[1]))
  }

  /// The list in a file.
  package static func list(_ path: String) throws -> [ReferencePeople] {
    try JSONDecoder().decode([ReferencePeople].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// What differs between these people and `poses` by more than `tolerance` pixels, in words; empty where they agree.
  package func differences(_ found: [Pose], tolerance: Float) -> [String] {
    guard found.count == poses.count else { return ["\(found.count) people, not \(poses.count)"] }
    var differences: [String] = []
    func compare(_ what: String, _ a: Float, _ b: Float, _ tolerance: Float) {
      if !(abs(a - b) <= tolerance) { differences.append("\(what): \(a), not \(b)") }
    }
    for (index, pose) in found.enumerated() {
      compare("score of \(index)", pose.score, scores[index], 1e-4)
      for (value, expected) in zip([pose.box.x1, pose.box.y1, pose.box.x2, pose.box.y2], bboxes[index]) {
        compare("box of \(index)", value, expected, tolerance)
      }
      for (keypoint, (point, expected)) in zip(pose.keypoints, poses[index]).enumerated() {
        compare("x of \(index).\(keypoint)", point.x, expected[0], tolerance)
        compare("y of \(index).\(keypoint)", point.y, expected[1], tolerance)
        compare("confidence of \(index).\(keypoint)", point.confidence, expected[2], 1e-4)
        if (point.source == .keypointObject) != (expected[2] > 0) {
          differences.append("source of \(index).\(keypoint)")
        }
      }
    }
    return differences
  }
}
