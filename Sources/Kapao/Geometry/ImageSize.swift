/// Width and height in pixels.
public struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  /// Width in pixels.
  public var width: Int
  /// Height in pixels.
  public var height: Int

  /// A size in pixels.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// For example `1920x1080`.
  public var description: String { "\(width)x\(height)" }
}
