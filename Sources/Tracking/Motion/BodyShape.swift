import Kapao

/// The keypoints of a person as plain coordinates in pixels; those that are no numbers are NaN.
struct BodyShape: Hashable {
  /// Width and height of the rectangle around the keypoints, in pixels.
  struct Extent: Hashable {
    var width: Double
    var height: Double
  }

  /// Coordinates beyond this are nonsense, and their squares would no longer be numbers.
  private static let limit: Float = 1e6

  private(set) var x: [Double]
  private(set) var y: [Double]

  init(_ keypoints: [Keypoint]) {
    x = []
    y = []
    x.reserveCapacity(keypoints.count)
    y.reserveCapacity(keypoints.count)
    for keypoint in keypoints {
      let isUsable = abs(keypoint.x) < Self.limit && abs(keypoint.y) < Self.limit
      x.append(isUsable ? Double(keypoint.x) : .nan)
      y.append(isUsable ? Double(keypoint.y) : .nan)
    }
  }

  /// `nil` where there is no keypoint.
  var extent: Extent? {
    var (left, right, top, bottom) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    for index in x.indices where !x[index].isNaN {
      left = min(left, x[index])
      right = max(right, x[index])
      top = min(top, y[index])
      bottom = max(bottom, y[index])
    }
    return left <= right ? Extent(width: right - left, height: bottom - top) : nil
  }

  mutating func move(x dx: Double, y dy: Double) {
    for index in x.indices {
      x[index] += dx
      y[index] += dy
    }
  }

  /// The mean distance in pixels between the keypoints that both have; `nil` where there is none.
  func meanDistance(to other: BodyShape) -> Double? {
    var sum = 0.0
    var count = 0
    for index in 0..<min(x.count, other.x.count) {
      let (dx, dy) = (x[index] - other.x[index], y[index] - other.y[index])
      guard !dx.isNaN else { continue }
      sum += (dx * dx + dy * dy).squareRoot()
      count += 1
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// How far `other` is from here: the medians of the keypoints' differences in x and y, so that swinging arms and a few
  /// wrong keypoints do not count. `nil` where no keypoint is in both.
  func displacement(to other: BodyShape) -> (x: Double, y: Double)? {
    var dx: [Double] = []
    var dy: [Double] = []
    dx.reserveCapacity(x.count)
    dy.reserveCapacity(x.count)
    for index in 0..<min(x.count, other.x.count) where !(x[index] - other.x[index]).isNaN {
      dx.append(other.x[index] - x[index])
      dy.append(other.y[index] - y[index])
    }
    guard !dx.isEmpty else { return nil }
    dx.sort()
    dy.sort()
    return (Self.middle(dx), Self.middle(dy))
  }

  private static func middle(_ sorted: [Double]) -> Double {
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }
}
