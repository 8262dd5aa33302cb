import Foundation

/// Which member of the KAPAO family a network is: everything needed to rebuild it around its weights.
///
/// The family is the YOLOv5-P6 layout with outputs at strides 8, 16, 32 and 64 (paper, section 3.2 and Table 1).
public struct Architecture: Hashable, Sendable {
  /// The size in pixels of an anchor box.
  package struct Anchor: Hashable, Sendable {
    /// Width in pixels of the network's input.
    package let width: Float
    /// Height in pixels of the network's input.
    package let height: Float

    /// An anchor box of a size in pixels.
    package init(width: Float, height: Float) {
      self.width = width
      self.height = height
    }
  }

  /// Strides in pixels of the four output grids.
  package static let strides = [8, 16, 32, 64]
  /// Anchors per cell of each grid.
  package static let anchorsPerGrid = 3

  /// The number of keypoints K of a person.
  public let keypointCount: Int
  /// Factor on the number of channels of every layer: 0.5 for KAPAO-S, 0.75 for M, 1 for L.
  package let widthMultiple: Double
  /// Factor on the number of bottlenecks of every block: 0.33 for KAPAO-S, 0.67 for M, 1 for L.
  package let depthMultiple: Double
  /// For each grid, in the order of `strides`, its three anchor boxes.
  package let anchors: [[Anchor]]

  /// An architecture; `anchors` are four grids of three.
  package init(
    keypointCount: Int, widthMultiple: Double, depthMultiple: Double, anchors: [[Anchor]] = Self.officialAnchors
  ) {
    precondition(
      anchors.count == Self.strides.count && anchors.allSatisfy { $0.count == Self.anchorsPerGrid },
      "an architecture has four grids of three anchors")
    self.keypointCount = keypointCount
    self.widthMultiple = widthMultiple
    self.depthMultiple = depthMultiple
    self.anchors = anchors
  }

  /// Classes: the pose object, then one for each keypoint.
  package var classCount: Int { keypointCount + 1 }

  /// Channels of one anchor: box (4), objectness, K+1 class scores, 2K keypoint values. 57 for COCO, 48 for CrowdPose.
  package var channelsPerAnchor: Int { 5 + classCount + 2 * keypointCount }

  /// The skeleton of the data set with this many keypoints, if there is one.
  public var skeleton: Skeleton? { Skeleton(keypointCount: keypointCount) }

  /// The paper's name of the size, for example `KAPAO-S`, or the two multiples where it has none.
  public var name: String {
    switch (widthMultiple, depthMultiple) {
    case (0.25, 0.33): "KAPAO-N"
    case (0.5, 0.33): "KAPAO-S"
    case (0.75, 0.67): "KAPAO-M"
    case (1, 1): "KAPAO-L"
    default: "KAPAO, width \(widthMultiple), depth \(depthMultiple)"
    }
  }

  /// The anchors of the official networks.
  package static let officialAnchors: [[Anchor]] = [
    [(19, 27), (44, 40), (38, 94)],
    [(96, 68), (86, 152), (180, 137)],
    [(140, 301), (303, 264), (238, 542)],
    [(436, 615), (739, 380), (925, 792)],
  ].map { grid in grid.map { Anchor(width: $0.0, height: $0.1) } }
}

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
