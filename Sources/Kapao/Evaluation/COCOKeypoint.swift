/// A keypoint in COCO's JSON: a position in pixels and a third number.
public struct COCOKeypoint: Hashable, Sendable {
  /// Horizontal position in pixels.
  public var x: Double
  /// Vertical position in pixels, downwards.
  public var y: Double
  /// In annotations 0 for not labelled, 1 for labelled but hidden, 2 for visible; in results the confidence.
  public var third: Double

  /// A keypoint at a position in pixels.
  public init(x: Double, y: Double, third: Double) {
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
