/// One person's points over a run.
package struct PersonHistory: Sendable {
  /// The frames that the person is in, as positions among the frames of the run, ascending.
  package private(set) var positions: [Int] = []
  private let pointCount: Int
  /// x, y and confidence of each point of each of those frames; NaN where a point is missing.
  private var values: [Float] = []

  /// A person with `pointCount` points who has not been seen yet.
  package init(pointCount: Int) { self.pointCount = pointCount }

  /// Adds a frame.
  package mutating func append(_ points: [ExportedPoint?], position: Int) {
    guard positions.last != position else { return }
    positions.append(position)
    for point in points {
      values.append(point.map { Float($0.x) } ?? .nan)
      values.append(point.map { Float($0.y) } ?? .nan)
      values.append(point.map { Float($0.confidence) } ?? .nan)
    }
  }

  /// A point in the `row`th of the person's frames.
  package func point(_ index: Int, row: Int) -> ExportedPoint? {
    let start = (row * pointCount + index) * 3
    guard !values[start].isNaN else { return nil }
    return ExportedPoint(
      x: Double(values[start]), y: Double(values[start + 1]), confidence: Double(values[start + 2]))
  }
}
