/// An annotated person in COCO's JSON.
public struct COCOAnnotation: Hashable, Sendable {
  /// Number of the image.
  public let imageID: Int
  /// Box around the person.
  public let box: COCOBox
  /// Area in square pixels; 0.53 of the box where the file has none.
  public let area: Double
  /// Whether this is a group of people that were not annotated one by one.
  public let isCrowd: Bool
  /// The K keypoints; none is labelled where the file has none.
  public let keypoints: [COCOKeypoint]
  /// Labelled keypoints.
  public let keypointCount: Int

  /// A person.
  public init(
    imageID: Int, box: COCOBox, area: Double, isCrowd: Bool = false, keypoints: [COCOKeypoint],
    keypointCount: Int? = nil
  ) {
    self.imageID = imageID
    self.box = box
    self.area = area
    self.isCrowd = isCrowd
    self.keypoints = keypoints
    self.keypointCount = keypointCount ?? keypoints.count { $0.third > 0 }
  }
}

extension COCOAnnotation: Codable {
  private enum CodingKeys: String, CodingKey {
    case imageID = "image_id"
    case category = "category_id"
    case box = "bbox"
    case area
    case isCrowd = "iscrowd"
    case keypoints
    case keypointCount = "num_keypoints"
  }

  /// Reads a record; `area`, `iscrowd` and `num_keypoints` may be missing.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let box = try container.decode(COCOBox.self, forKey: .box)
    guard let keypoints = COCOKeypoint.list(try container.decodeIfPresent([Double].self, forKey: .keypoints) ?? [])
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .keypoints, in: container, debugDescription: "keypoints should be triples of numbers")
    }
    self.init(
      imageID: try container.decode(Int.self, forKey: .imageID), box: box,
      area: try container.decodeIfPresent(Double.self, forKey: .area) ?? 0.53 * box.area,
      isCrowd: try container.decodeIfPresent(Int.self, forKey: .isCrowd) == 1, keypoints: keypoints,
      keypointCount: try container.decodeIfPresent(Int.self, forKey: .keypointCount))
  }

  /// Writes a record of category 1, a person.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(imageID, forKey: .imageID)
    try container.encode(1, forKey: .category)
    try container.encode(box, forKey: .box)
    try container.encode(area, forKey: .area)
    try container.encode(isCrowd ? 1 : 0, forKey: .isCrowd)
    try container.encode(keypoints.flatMap { [$0.x, $0.y, $0.third] }, forKey: .keypoints)
    try container.encode(keypointCount, forKey: .keypointCount)
  }
}
