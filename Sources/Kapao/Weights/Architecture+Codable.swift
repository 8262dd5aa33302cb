import Foundation

/// The form in a model file's metadata:
/// `{"keypoints":17,"width":0.5,"depth":0.33,"anchors":[[19,27,44,40,38,94],…]}`.
extension Architecture: Codable {
  private enum CodingKeys: String, CodingKey {
    case keypoints
    case width
    case depth
    case anchors
  }

  /// Reads an architecture and checks that a network can be built from it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let keypoints = try container.decode(Int.self, forKey: .keypoints)
    guard (1...512).contains(keypoints) else {
      throw Self.invalid("between 1 and 512 keypoints", found: "\(keypoints)", at: .keypoints, in: container)
    }
    let multiples = try [CodingKeys.width, .depth].map { key in
      let multiple = try container.decode(Double.self, forKey: key)
      guard multiple > 0, multiple <= 4 else {
        throw Self.invalid("a multiple above 0 and up to 4", found: "\(multiple)", at: key, in: container)
      }
      return multiple
    }
    let sizes = try container.decode([[Float]].self, forKey: .anchors)
    guard
      sizes.count == Self.strides.count,
      sizes.allSatisfy({ $0.count == 2 * Self.anchorsPerGrid && $0.allSatisfy { $0 > 0 && $0.isFinite } })
    else {
      throw Self.invalid("four rows of three positive sizes", found: "\(sizes)", at: .anchors, in: container)
    }
    self.init(
      keypointCount: keypoints, widthMultiple: multiples[0], depthMultiple: multiples[1],
      anchors: sizes.map { row in
        stride(from: 0, to: row.count, by: 2).map { Anchor(width: row[$0], height: row[$0 + 1]) }
      })
  }

  /// Writes the architecture in the form that `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(keypointCount, forKey: .keypoints)
    try container.encode(widthMultiple, forKey: .width)
    try container.encode(depthMultiple, forKey: .depth)
    try container.encode(anchors.map { $0.flatMap { [$0.width, $0.height] } }, forKey: .anchors)
  }

  private static func invalid(
    _ expected: String, found: String, at key: CodingKeys, in container: KeyedDecodingContainer<CodingKeys>
  ) -> DecodingError {
    .dataCorruptedError(
      forKey: key, in: container, debugDescription: "\(key.rawValue) should be \(expected), not \(found)")
  }
}
