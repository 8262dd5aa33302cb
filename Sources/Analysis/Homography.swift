import Foundation

/// A plane seen by a camera without lens distortion: maps points of one plane to another, up to scale, by a 3 × 3 matrix.
package struct Homography: Hashable, Sendable, Codable {
  /// The matrix by rows, the last element 1.
  package let rows: [Double]

  /// A map from nine elements by rows; `nil` where they cannot be inverted.
  package init?(rows: [Double]) {
    guard rows.count == 9, rows.allSatisfy(\.isFinite), abs(Self.determinant(rows)) > 1e-18, rows[8] != 0 else {
      return nil
    }
    self.rows = rows.map { $0 / rows[8] }
  }

  private static func determinant(_ m: [Double]) -> Double {
    m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6])
  }

  /// The image of a point; `nil` beyond the horizon (where the denominator changes its sign against `positive` points).
  package func callAsFunction(_ p: Point2) -> Point2? {
    let w = rows[6] * p.x + rows[7] * p.y + rows[8]
    guard abs(w) > 1e-12 else { return nil }
    return Point2(
      (rows[0] * p.x + rows[1] * p.y + rows[2]) / w, (rows[3] * p.x + rows[4] * p.y + rows[5]) / w)
  }

  /// The denominator of the projection: its sign says on which side of the horizon a point lies.
  func depth(_ p: Point2) -> Double { rows[6] * p.x + rows[7] * p.y + rows[8] }

  /// The map back.
  package var inverse: Homography? {
    let m = rows
    return Homography(rows: [
      m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
      m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
      m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3],
    ])
  }

  /// Metres (of the target) that a step of one unit in the source is worth at a point, at most: the largest singular value of
  /// the map's derivative there.
  package func magnification(at p: Point2) -> Double {
    let w = depth(p)
    guard abs(w) > 1e-12, let image = self(p) else { return .infinity }
    let a = (rows[0] - image.x * rows[6]) / w
    let b = (rows[1] - image.x * rows[7]) / w
    let c = (rows[3] - image.y * rows[6]) / w
    let d = (rows[4] - image.y * rows[7]) / w
    let sum = a * a + b * b + c * c + d * d
    let product = a * d - b * c
    return ((sum + max(sum * sum - 4 * product * product, 0).squareRoot()) / 2).squareRoot()
  }

  /// The map that takes `from` to `to` with the smallest sum of squared distances, for four or more pairs: the direct linear
  /// transform on normalised points (Hartley and Zisserman, Multiple View Geometry, algorithm 4.2), then Gauss–Newton steps on the
  /// distances.
  ///
  /// `nil` where the points do not determine a map, for example where all but one lie on a line.
  package static func fit(from: [Point2], to: [Point2]) -> Homography? {
    guard from.count == to.count, from.count >= 4, let a = Normalisation(from), let b = Normalisation(to) else {
      return nil
    }
    let pairs = zip(from.map(a.apply), to.map(b.apply))
    // Two equations of each pair for eight unknowns; the ninth element is 1, which the normalisation makes safe.
    var system = LeastSquares(unknowns: 8)
    for (p, q) in pairs {
      system.add([p.x, p.y, 1, 0, 0, 0, -q.x * p.x, -q.x * p.y], q.x)
      system.add([0, 0, 0, p.x, p.y, 1, -q.y * p.x, -q.y * p.y], q.y)
    }
    guard var h = system.solution() else { return nil }
    for _ in 0..<20 {
      var step = LeastSquares(unknowns: 8)
      for (p, q) in zip(from.map(a.apply), to.map(b.apply)) {
        let w = h[6] * p.x + h[7] * p.y + 1
        guard abs(w) > 1e-9 else { return nil }
        let (x, y) = ((h[0] * p.x + h[1] * p.y + h[2]) / w, (h[3] * p.x + h[4] * p.y + h[5]) / w)
        step.add([p.x / w, p.y / w, 1 / w, 0, 0, 0, -x * p.x / w, -x * p.y / w], q.x - x)
        step.add([0, 0, 0, p.x / w, p.y / w, 1 / w, -y * p.x / w, -y * p.y / w], q.y - y)
      }
      guard let delta = step.solution() else { return nil }
      for index in h.indices { h[index] += delta[index] }
      if delta.allSatisfy({ abs($0) < 1e-12 }) { break }
    }
    // Out of the normalised planes again.
    let m = h + [1]
    let (s, c) = (a.scale, a.centre)
    let right = [
      m[0] * s, m[1] * s, m[2] - s * (m[0] * c.x + m[1] * c.y), m[3] * s, m[4] * s,
      m[5] - s * (m[3] * c.x + m[4] * c.y), m[6] * s, m[7] * s, m[8] - s * (m[6] * c.x + m[7] * c.y),
    ]
    var rows = right
    for column in 0..<3 {
      rows[column] = right[column] / b.scale + b.centre.x * right[6 + column]
      rows[3 + column] = right[3 + column] / b.scale + b.centre.y * right[6 + column]
    }
    return Homography(rows: rows)
  }

  /// Moves points to their middle and scales them to a mean distance of √2.
  private struct Normalisation {
    let centre: Point2
    let scale: Double

    init?(_ points: [Point2]) {
      let n = Double(points.count)
      centre = Point2(points.map(\.x).reduce(0, +) / n, points.map(\.y).reduce(0, +) / n)
      let c = centre
      let mean = points.map { ($0 - c).length }.reduce(0, +) / n
      guard mean > 0, mean.isFinite else { return nil }
      scale = 2.0.squareRoot() / mean
    }

    func apply(_ p: Point2) -> Point2 { (p - centre) * scale }
  }
}

/// Linear equations in the sense of least squares, by their normal equations.
struct LeastSquares {
  private let count: Int
  private var matrix: [Double]
  private var right: [Double]

  init(unknowns: Int) {
    count = unknowns
    matrix = Array(repeating: 0, count: unknowns * unknowns)
    right = Array(repeating: 0, count: unknowns)
  }

  /// Adds the equation `coefficients` · x = `value`.
  mutating func add(_ coefficients: [Double], _ value: Double) {
    for i in 0..<count where coefficients[i] != 0 {
      for j in 0..<count { matrix[i * count + j] += coefficients[i] * coefficients[j] }
      right[i] += coefficients[i] * value
    }
  }

  /// The unknowns, by Gaussian elimination with pivots; `nil` where the equations do not determine them.
  func solution() -> [Double]? {
    var (m, x) = (matrix, right)
    let largest = m.map(abs).max() ?? 0
    for column in 0..<count {
      let pivot = (column..<count).max { abs(m[$0 * count + column]) < abs(m[$1 * count + column]) } ?? column
      guard abs(m[pivot * count + column]) > 1e-11 * largest else { return nil }
      if pivot != column {
        for j in 0..<count { m.swapAt(pivot * count + j, column * count + j) }
        x.swapAt(pivot, column)
      }
      for row in 0..<count where row != column {
        let factor = m[row * count + column] / m[column * count + column]
        guard factor != 0 else { continue }
        for j in column..<count { m[row * count + j] -= factor * m[column * count + j] }
        x[row] -= factor * x[column]
      }
    }
    return (0..<count).map { x[$0] / m[$0 * count + $0] }
  }
}
