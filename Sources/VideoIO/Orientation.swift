import CFFmpeg

/// One of the eight ways in which a picture has to be turned and mirrored to be upright.
struct Orientation: Hashable, Sendable {
  /// Where the unit vectors go, as signs: `x' = a·x + c·y`, `y' = b·x + d·y`.
  private let a: Int
  private let b: Int
  private let c: Int
  private let d: Int

  /// A picture that is upright already.
  static let upright = Orientation(a: 1, b: 0, c: 0, d: 1)

  private init(a: Int, b: Int, c: Int, d: Int) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }

  /// A turn by a multiple of 90 degrees.
  init(clockwise degrees: Int) {
    switch ((degrees % 360) + 360) % 360 {
    case 90: self.init(a: 0, b: 1, c: -1, d: 0)
    case 180: self.init(a: -1, b: 0, c: 0, d: -1)
    case 270: self.init(a: 0, b: -1, c: 1, d: 0)
    default: self = .upright
    }
  }

  /// The nearest of the eight to a 3×3 display matrix of 16.16 numbers.
  init(matrix: UnsafePointer<Int32>) {
    func sign(_ value: Int32) -> Int { value < 0 ? -1 : 1 }
    let straight = abs(Int(matrix[0])) + abs(Int(matrix[4]))
    let turned = abs(Int(matrix[1])) + abs(Int(matrix[3]))
    self =
      turned > straight
      ? Orientation(a: 0, b: sign(matrix[1]), c: sign(matrix[3]), d: 0)
      : Orientation(a: sign(matrix[0]), b: 0, c: 0, d: sign(matrix[4]))
  }

  /// The display matrix of a stream.
  init(_ stream: UnsafeMutablePointer<AVStream>) {
    self = cffmpeg_display_matrix(stream).map { Orientation(matrix: $0) } ?? .upright
  }

  /// The display matrix of a frame, if it has one of its own (an image's EXIF orientation, an SEI message).
  init?(_ frame: UnsafeMutablePointer<AVFrame>) {
    guard let side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX), side.pointee.size >= 36 else {
      return nil
    }
    self = side.pointee.data.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(matrix: $0) }
  }

  /// Whether width and height change places.
  var isTransposing: Bool { a == 0 }

  /// Whether the picture is mirrored as well as turned.
  var isMirrored: Bool { a * d - b * c < 0 }

  /// Clockwise degrees of the turn, after any mirroring left to right.
  var rotation: Int {
    if isTransposing { return b > 0 ? (isMirrored ? 270 : 90) : (isMirrored ? 90 : 270) }
    return isMirrored ? (d < 0 ? 180 : 0) : (a < 0 ? 180 : 0)
  }

  /// The libavfilter chain that makes the picture upright; empty if it is.
  var filters: [String] {
    if isTransposing {
      switch (b > 0, c > 0) {
      case (true, true): return ["transpose=cclock_flip"]
      case (true, false): return ["transpose=clock"]
      case (false, true): return ["transpose=cclock"]
      case (false, false): return ["transpose=clock_flip"]
      }
    }
    return (a < 0 ? ["hflip"] : []) + (d < 0 ? ["vflip"] : [])
  }
}
