import Kapao

/// The keypoints of a person as plain coordinates in pixels; those that are no numbers are NaN. The two corners of the
/// box stand for a person without keypoints.
struct BodyShape: Hashable {
  /// Coordinates beyond this are nonsense, and their squares would no longer be numbers.
  static let limit: Float = 1e6

  private(set) var x: [Double]
  private(set) var y: [Double]
  /// Whether these are a box's corners.
  let isBox: Bool

  init(_ box: Box) {
    x = [Double(box.x1), Double(box.x2)]
    y = [Double(box.y1), Double(box.y2)]
    isBox = true
  }

  init(_ keypoints: [Keypoint]) {
    isBox = false
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

  /// The rectangle around the keypoints; `nil` where there is none.
  var bounds: Box? {
    var (left, right, top, bottom) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    for index in x.indices where !x[index].isNaN {
      left = min(left, x[index])
      right = max(right, x[index])
      top = min(top, y[index])
      bottom = max(bottom, y[index])
    }
    return left <= right ? Box(x1: Float(left), y1: Float(top), x2: Float(right), y2: Float(bottom)) : nil
  }

  mutating func move(x dx: Double, y dy: Double) {
    for index in x.indices {
      x[index] += dx
      y[index] += dy
    }
  }

  /// The mean distance in pixels between the keypoints that both have; `nil` where there is none.
  func meanDistance(to other: BodyShape) -> Double? {
    guard isBox == other.isBox else { return nil }
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
    guard isBox == other.isBox else { return nil }
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
