import Foundation

/// The annotations of a data set in COCO's JSON, for example `person_keypoints_val2017.json`.
///
/// All annotations are taken for people, as in the keypoint files of COCO and CrowdPose.
package struct COCODataset: Sendable, Decodable {
  /// The images, with and without people.
  package let images: [COCOImage]
  /// The people; none where the file has no annotations.
  package let annotations: [COCOAnnotation]
  /// Whether the file has annotations; those of test sets, such as `image_info_test-dev2017.json`, list images only.
  package let isAnnotated: Bool

  /// A data set.
  package init(images: [COCOImage], annotations: [COCOAnnotation]) {
    self.images = images
    self.annotations = annotations
    isAnnotated = true
  }

  /// Reads a data set; `annotations` may be missing.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    images = try container.decode([COCOImage].self, forKey: .images)
    isAnnotated = container.contains(.annotations)
    annotations = isAnnotated ? try container.decode([COCOAnnotation].self, forKey: .annotations) : []
  }

  private enum CodingKeys: String, CodingKey {
    case images
    case annotations
  }

  /// Reads the file at `path`, whose people have to have `keypointCount` keypoints, or none.
  ///
  /// - Throws: `EvaluationError`.
  package init(contentsOf path: String, keypointCount: Int) throws {
    self = try EvaluationError.reading(path) { try JSONDecoder().decode(COCODataset.self, from: $0) }
    if let other = annotations.first(where: { ![0, keypointCount].contains($0.keypoints.count) }) {
      throw EvaluationError.unusable(
        path: path, reason: "its people have \(other.keypoints.count) keypoints, the model's \(keypointCount)")
    }
  }
}

/// An image's record in COCO's JSON.
package struct COCOImage: Hashable, Sendable, Codable {
  /// The image's number, by which annotations and results refer to it.
  package let id: Int
  /// Name of the file, relative to the images' folder.
  package let fileName: String
  /// CrowdPose: how much people overlap, 0…1; `nil` in other data sets.
  package let crowdIndex: Double?

  /// An image.
  package init(id: Int, fileName: String, crowdIndex: Double? = nil) {
    self.id = id
    self.fileName = fileName
    self.crowdIndex = crowdIndex
  }

  private enum CodingKeys: String, CodingKey {
    case id
    case fileName = "file_name"
    case crowdIndex
  }
}
