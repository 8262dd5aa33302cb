import Kapao
import Support

/// A part of the frame as a polygon, for example a court's floor.
public struct PictureRegion: Hashable, Sendable {
  /// A corner of a region.
  package struct Corner: Hashable, Sendable {
    /// From the left, in the region's unit.
    package var x: Double
    /// From the top, in the region's unit.
    package var y: Double

    /// A corner.
    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// What coordinates are measured in.
  package enum Unit: Sendable {
    /// Pixels of the upright frame.
    case pixels
    /// Shares of the upright frame's width and height, 0…1.
    case shares
  }

  /// The polygon's corners, in order around it.
  package let corners: [Corner]
  /// What the corners are measured in.
  package let unit: Unit

  /// A polygon; `nil` with fewer than three corners or with coordinates that are no numbers.
  package init?(corners: [Corner], unit: Unit) {
    guard corners.count >= 3, corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
    self.corners = corners
    self.unit = unit
  }

  /// A polygon from text: corners as `x,y` with spaces between, in shares of the frame if none is above 1, else in
  /// pixels; for example `0.2,0.3 0.8,0.3 1,1 0,1`.
  public init?(_ text: String) {
    var corners: [Corner] = []
    for part in text.split(whereSeparator: \.isWhitespace) {
      let numbers = part.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard numbers.count == 2, let x = numbers[0], let y = numbers[1] else { return nil }
      corners.append(Corner(x: x, y: y))
    }
    self.init(corners: corners, unit: corners.allSatisfy { $0.x <= 1 && $0.y <= 1 } ? .shares : .pixels)
  }

  /// Whether someone stands in the region: the middle of the box's lower edge is in it (even-odd rule).
  package func contains(_ box: Box, in size: ImageSize) -> Bool {
    let (width, height) = unit == .shares ? (Double(size.width), Double(size.height)) : (1, 1)
    let (x, y) = (Double(box.x1 + box.x2) / 2 / width, Double(box.y2) / height)
    guard x.isFinite, y.isFinite else { return false }
    return Polygon.contains(x, y, corners: corners.lazy.map { ($0.x, $0.y) })
  }
}

extension PictureRegion: TextCodable {
  /// What a text has to be.
  package static let expected = "a polygon of at least three corners, x,y with spaces between"

  /// For example `0.2,0.3 0.8,0.3 1,1 0,1`.
  public var description: String {
    func text(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
    return corners.map { "\(text($0.x)),\(text($0.y))" }.joined(separator: " ")
  }
}
