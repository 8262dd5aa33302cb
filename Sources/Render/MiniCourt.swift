import Analysis
import Kapao

/// A court from above in a corner of the frame, with a dot and the way of each player.
package struct MiniCourt {
  /// Somebody on the court.
  package struct Player {
    /// The track, which decides the colour.
    package var identity: Int
    /// Metres.
    package var position: Point2
    /// The way up to now in pieces, metres.
    package var trail: [[Point2]]

    /// Somebody on the court.
    package init(identity: Int, position: Point2, trail: [[Point2]] = []) {
      self.identity = identity
      self.position = position
      self.trail = trail
    }
  }

  /// Shares of the frame that the court takes at most.
  private static let (widthShare, heightShare) = (0.2, 0.36)

  private let court: Court
  private let room: Point2
  /// Pixels a metre.
  private let scale: Double
  private let left: Double
  private let top: Double

  /// A court in the upper right corner of frames of a size.
  package init(court: Court, size: ImageSize) {
    self.court = court
    room = court.runOff ?? Point2(2, 2)
    let (width, height) = (court.width + 2 * room.x, court.length + 2 * room.y)
    scale = min(Self.widthShare * Double(size.width) / width, Self.heightShare * Double(size.height) / height)
    let gap = 0.02 * Double(min(size.width, size.height))
    left = Double(size.width) - gap - width * scale
    top = gap
  }

  /// Where a position on the floor is drawn, px.
  package func pixel(_ position: Point2) -> Point2 {
    let along = court.isClockwise ? position.y : court.length - position.y
    return .init(left + (position.x + room.x) * scale, top + (along + room.y) * scale)
  }

  /// The court and its players.
  package func shapes(_ players: [Player]) -> [OverlayShape] {
    let panel = OverlayShape.fill(
      left: left, top: top, width: (court.width + 2 * room.x) * scale, height: (court.length + 2 * room.y) * scale,
      colour: .ink, opacity: 0.65)
    let thin = max(1, 0.06 * scale)
    let lines = court.lines.map {
      OverlayShape.line($0.points.map(pixel), width: thin, colour: .white, outline: 0)
    }
    let trails = players.flatMap { player in
      player.trail.filter { $0.count > 1 }.map {
        OverlayShape.line(
          $0.map(pixel), width: 1.5 * thin, colour: OverlayPalette.identity(player.identity), outline: 0)
      }
    }
    let dots = players.map {
      OverlayShape.dot(
        pixel($0.position), radius: max(3, 0.35 * scale), colour: OverlayPalette.identity($0.identity),
        outline: max(1, 0.08 * scale))
    }
    return [panel] + lines + trails + dots
  }
}

/// A court on the frame of the camera that sees it.
package enum CourtDrawing {
  /// Metres of a line between two points at which it may bend with the lens.
  private static let step = 0.5

  /// The court's lines and the points that it was fitted to, in pixels.
  ///
  /// - Parameter width: Of the lines, in pixels.
  package static func shapes(_ calibration: CourtCalibration, width: Double) -> [OverlayShape] {
    let lines = calibration.court.lines.flatMap { line in
      zip(line.points, line.points.dropFirst()).map { from, to in
        OverlayShape.line(
          pieces(from, to).compactMap(calibration.pixel), width: width, colour: lineColour, outline: 0)
      }
    }
    let dots = calibration.landmarks.map {
      OverlayShape.dot($0.pixel, radius: 1.5 * width, colour: dotColour, outline: width / 2)
    }
    return lines + dots
  }

  private static let lineColour = RGBColour(red: 255, green: 221, blue: 51)
  private static let dotColour = RGBColour(red: 255, green: 82, blue: 82)

  private static func pieces(_ from: Point2, _ to: Point2) -> [Point2] {
    let count = max(Int(((to - from).length / step).rounded(.up)), 1)
    return (0...count).map { from + (to - from) * (Double($0) / Double(count)) }
  }
}
