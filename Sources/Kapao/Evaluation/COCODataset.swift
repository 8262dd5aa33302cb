import Foundation

/// The annotations of a data set in COCO's JSON, for example `person_keypoints_val2017.json`.
///
/// All annotations are taken for people, as in the keypoint files of COCO and CrowdPose.
public struct COCODataset: Sendable, Decodable {
  /// The images, with and without people.
  public let images: [COCOImage]
  /// The people.
  public let annotations: [COCOAnnotation]

  /// A data set.
  public init(images: [COCOImage], annotations: [COCOAnnotation]) {
    self.images = images
    self.annotations = annotations
  }

  /// Reads the file at `path`, whose people have to have `keypointCount` keypoints, or none.
  ///
  /// - Throws: `EvaluationError`.
  public init(contentsOf path: String, keypointCount: Int) throws {
    self = try EvaluationError.reading(path) { try JSONDecoder().decode(COCODataset.self, from: $0) }
    if let other = annotations.first(where: { ![0, keypointCount].contains($0.keypoints.count) }) {
      throw EvaluationError.unusable(
        path: path, reason: "its people have \(other.keypoints.count) keypoints, the model's \(keypointCount)")
    }
  }
}
