/// An annotated person in COCO's JSON.
package struct COCOAnnotation: Hashable, Sendable {
  /// The person's own number; `nil` where the file has none.
  package let id: Int?
  /// Number of the image.
  package let imageID: Int
  /// Box around the person.
  package let box: COCOBox
  /// Area in square pixels; 0.53 of the box where the file has none.
  package let area: Double
  /// Whether this is a group of people that were not annotated one by one.
  package let isCrowd: Bool
  /// The K keypoints; none is labelled where the file has none.
  package let keypoints: [COCOKeypoint]
  /// Labelled keypoints.
  package let keypointCount: Int

  /// A person.
  package init(
    id: Int? = nil, imageID: Int, box: COCOBox, area: Double, isCrowd: Bool = false, keypoints: [COCOKeypoint],
    keypointCount: Int? = nil
  ) {
    self.id = id
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
    case id
    case imageID = "image_id"
    case category = "category_id"
    case box = "bbox"
    case area
    case isCrowd = "iscrowd"
    case keypoints
    case keypointCount = "num_keypoints"
  }

  /// Reads a record; `id`, `area`, `iscrowd` and `num_keypoints` may be missing.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let box = try container.decode(COCOBox.self, forKey: .box)
    guard let keypoints = COCOKeypoint.list(try container.decodeIfPresent([Double].self, forKey: .keypoints) ?? [])
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .keypoints, in: container, debugDescription: "keypoints should be triples of numbers")
    }
    self.init(
      id: try container.decodeIfPresent(Int.self, forKey: .id),
      imageID: try container.decode(Int.self, forKey: .imageID), box: box,
      area: try container.decodeIfPresent(Double.self, forKey: .area) ?? 0.53 * box.area,
      isCrowd: try container.decodeIfPresent(Int.self, forKey: .isCrowd) == 1, keypoints: keypoints,
      keypointCount: try container.decodeIfPresent(Int.self, forKey: .keypointCount))
  }

  /// Writes a record of category 1, a person.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(id, forKey: .id)
    try container.encode(imageID, forKey: .imageID)
    try container.encode(1, forKey: .category)
    try container.encode(box, forKey: .box)
    try container.encode(area, forKey: .area)
    try container.encode(isCrowd ? 1 : 0, forKey: .isCrowd)
    try container.encode(keypoints.flatMap { [$0.x, $0.y, $0.third] }, forKey: .keypoints)
    try container.encode(keypointCount, forKey: .keypointCount)
  }
}

/// A keypoint in COCO's JSON: a position in pixels and a third number.
package struct COCOKeypoint: Hashable, Sendable {
  /// Horizontal position in pixels.
  package var x: Double
  /// Vertical position in pixels, downwards.
  package var y: Double
  /// In annotations 0 for not labelled, 1 for labelled but hidden, 2 for visible; in results the confidence.
  package var third: Double

  /// A keypoint at a position in pixels.
  package init(x: Double, y: Double, third: Double) {
    self.x = x
    self.y = y
    self.third = third
  }

  /// Keypoints from the flat list x, y, third, x, …, `nil` where its length is not a multiple of three.
  static func list(_ numbers: [Double]) -> [COCOKeypoint]? {
    guard numbers.count.isMultiple(of: 3) else { return nil }
    return stride(from: 0, to: numbers.count, by: 3).map {
      COCOKeypoint(x: numbers[$0], y: numbers[$0 + 1], third: numbers[$0 + 2])
    }
  }
}

/// A box in COCO's JSON: `[x, y, width, height]` in pixels.
package struct COCOBox: Hashable, Sendable, Codable {
  /// Left edge.
  package var x: Double
  /// Upper edge.
  package var y: Double
  /// Width.
  package var width: Double
  /// Height.
  package var height: Double

  /// A box in pixels.
  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Area in square pixels.
  package var area: Double { width * height }

  /// Reads the four numbers.
  package init(from decoder: any Decoder) throws {
    let numbers = try decoder.singleValueContainer().decode([Double].self)
    guard numbers.count == 4 else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "a bbox should have four numbers"))
    }
    self.init(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
  }

  /// Writes the four numbers.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode([x, y, width, height])
  }
}
