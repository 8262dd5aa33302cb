import Foundation
import Support

/// A found person in COCO's JSON of keypoint results.
package struct COCOResult: Hashable, Sendable {
  /// Number of the image.
  package let imageID: Int
  /// The K keypoints with their confidences.
  package let keypoints: [COCOKeypoint]
  /// How certain the person is; results are ranked by it.
  package let score: Double
  /// Box around the person. COCO's format does not ask for it, and with it COCO's evaluation takes a person's area from
  /// the box instead of the keypoints' extent, which moves AP and AR of the size classes a little.
  package let box: COCOBox?

  /// A person.
  package init(imageID: Int, keypoints: [COCOKeypoint], score: Double, box: COCOBox? = nil) {
    self.imageID = imageID
    self.keypoints = keypoints
    self.score = score
    self.box = box
  }

  /// A person that the network found in an image; positions are rounded to a thousandth of a pixel.
  package init(_ pose: Pose, imageID: Int, includingBox: Bool = false) {
    func rounded(_ value: Float) -> Double { (Double(value) * 1000).rounded() / 1000 }
    // The shortest decimal of the float, so that the JSON reads back as the same number.
    func shortest(_ value: Float) -> Double { Double(value.description) ?? Double(value) }
    self.init(
      imageID: imageID,
      keypoints: pose.keypoints.map {
        COCOKeypoint(x: rounded($0.x), y: rounded($0.y), third: shortest($0.confidence))
      },
      score: shortest(pose.score),
      box: includingBox
        ? COCOBox(
          x: rounded(pose.box.x1), y: rounded(pose.box.y1), width: rounded(pose.box.width),
          height: rounded(pose.box.height)) : nil)
  }

  /// The area by which COCO's evaluation sorts a person into a size class: the keypoints' extent, in square pixels.
  var extent: Double {
    guard let first = keypoints.first else { return 0 }
    var (left, right, top, bottom) = (first.x, first.x, first.y, first.y)
    for keypoint in keypoints {
      left = min(left, keypoint.x)
      right = max(right, keypoint.x)
      top = min(top, keypoint.y)
      bottom = max(bottom, keypoint.y)
    }
    return (right - left) * (bottom - top)
  }

  /// Reads a file of results.
  ///
  /// - Throws: `EvaluationError`.
  package static func read(_ path: String) throws -> [COCOResult] {
    try EvaluationError.reading(path) { try JSONDecoder().decode([COCOResult].self, from: $0) }
  }

  /// Writes a file of results under a temporary name beside `path` and renames it when it is complete.
  ///
  /// - Throws: `OutputError`.
  package static func write(_ results: [COCOResult], to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try AtomicFile.write(encoder.encode(results), to: path)
  }
}

extension COCOResult: Codable {
  private enum CodingKeys: String, CodingKey {
    case imageID = "image_id"
    case category = "category_id"
    case keypoints
    case score
    case box = "bbox"
  }

  /// Reads a record.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let keypoints = COCOKeypoint.list(try container.decode([Double].self, forKey: .keypoints)) else {
      throw DecodingError.dataCorruptedError(
        forKey: .keypoints, in: container, debugDescription: "keypoints should be triples of numbers")
    }
    self.init(
      imageID: try container.decode(Int.self, forKey: .imageID), keypoints: keypoints,
      score: try container.decode(Double.self, forKey: .score),
      box: try container.decodeIfPresent(COCOBox.self, forKey: .box))
  }

  /// Writes a record of category 1, a person.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(imageID, forKey: .imageID)
    try container.encode(1, forKey: .category)
    try container.encode(keypoints.flatMap { [$0.x, $0.y, $0.third] }, forKey: .keypoints)
    try container.encode(score, forKey: .score)
    try container.encodeIfPresent(box, forKey: .box)
  }
}
