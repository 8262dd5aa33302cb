import Foundation
import Kapao
import VideoIO

/// Draws one person on a canvas: box, limbs and dots, outlines below colours; and, separately, the label.
struct PersonDrawing {
  private let person: TrackedPose
  private let skeleton: Skeleton
  private let style: OverlayStyle
  private let frame: VideoFrame
  private let metrics: OverlayMetrics
  private let colour: RGBColour
  /// The colour that goes before the style's choice.
  private let ownColour: RGBColour?
  private let limit: Float

  init(person: TrackedPose, number: Int, skeleton: Skeleton, style: OverlayStyle, frame: VideoFrame) {
    self.person = person
    self.skeleton = skeleton
    self.style = style
    self.frame = frame
    limit = 4 * Float(max(frame.size.width, frame.size.height))
    var metrics = OverlayMetrics(frame: frame.size, person: person.pose.box, style: style)
    if person.role == .crowd { metrics.thin() }
    self.metrics = metrics
    ownColour = person.role == .crowd ? OverlayPalette.crowd : nil
    colour = ownColour ?? Self.colour(identity: person.trackID, number: number, style: style)
  }

  /// The colour that the style gives to an identity, or to the number of someone without one.
  static func colour(identity: Int?, number: Int, style: OverlayStyle) -> RGBColour {
    switch style.colourMode {
    case .person: identity.map(OverlayPalette.identity) ?? OverlayPalette.person(number)
    case .side: OverlayPalette.side(.centre)
    case .fixed(let fixed): fixed
    }
  }

  /// Fills a player's box with a trace of the colour.
  func fillBox(on canvas: OverlayCanvas) {
    guard style.fillsPlayers, case .player = person.role else { return }
    canvas.fill(person.pose.box, colour: PlaneColour(colour, in: frame), opacity: 0.18)
  }

  func draw(on canvas: OverlayCanvas) {
    let strokes = boxStrokes() + limbStrokes() + keypointBoxStrokes() + dotStrokes()
    if metrics.outline > 0 {
      let ink = PlaneColour(.ink, in: frame)
      for stroke in strokes { canvas.draw(stroke.segment, radius: stroke.radius + metrics.outline, colour: ink) }
    }
    for stroke in strokes {
      canvas.draw(stroke.segment, radius: stroke.radius, colour: PlaneColour(stroke.colour, in: frame))
    }
  }

  private struct Stroke {
    var segment: Segment
    var radius: Double
    var colour: RGBColour
  }

  private func boxStrokes() -> [Stroke] {
    style.boxes ? strokes(of: person.pose.box, colour: colour) : []
  }

  private func keypointBoxStrokes() -> [Stroke] {
    guard style.keypointBoxes else { return [] }
    return (0..<skeleton.count).flatMap { index -> [Stroke] in
      guard let keypoint = keypoint(index), let box = keypoint.box else { return [] }
      return strokes(of: box, colour: colour(of: keypoint, index))
    }
  }

  private func strokes(of box: Box, colour: RGBColour) -> [Stroke] {
    let (x1, y1, x2, y2) = (Double(box.x1), Double(box.y1), Double(box.x2), Double(box.y2))
    return outline(of: [(x1, y1), (x2, y1), (x2, y2), (x1, y2)], radius: max(0.5, metrics.lineWidth * 0.3), colour)
  }

  /// Lines from corner to corner and back to the first.
  private func outline(of corners: [(x: Double, y: Double)], radius: Double, _ colour: RGBColour) -> [Stroke] {
    zip(corners, corners.dropFirst() + corners.prefix(1)).map { from, to in
      Stroke(segment: Segment(x1: from.x, y1: from.y, x2: to.x, y2: to.y), radius: radius, colour: colour)
    }
  }

  private func limbStrokes() -> [Stroke] {
    guard style.skeleton else { return [] }
    return skeleton.limbs.compactMap { limb in
      guard let from = keypoint(limb.from), let to = keypoint(limb.to) else { return nil }
      return Stroke(
        segment: Segment(x1: Double(from.x), y1: Double(from.y), x2: Double(to.x), y2: Double(to.y)),
        radius: metrics.lineWidth / 2, colour: colour(of: { skeleton.side(of: limb) }))
    }
  }

  private func dotStrokes() -> [Stroke] {
    (0..<skeleton.count).flatMap { index -> [Stroke] in
      let isFace = skeleton.faceKeypoints.contains(index)
      guard isFace ? style.facePoints : style.keypoints, let keypoint = keypoint(index) else { return [] }
      let (x, y) = (Double(keypoint.x), Double(keypoint.y))
      let radius = metrics.keypointRadius * (isFace ? 0.75 : 1)
      let colour = colour(of: keypoint, index)
      guard let thickness = metrics.keypointThickness, thickness < 2 * radius else {
        return [Stroke(segment: Segment(x1: x, y1: y, x2: x, y2: y), radius: radius, colour: colour)]
      }
      let corners = max(12, min(64, Int(radius * 3)))
      let ring = (0..<corners).map { corner in
        let angle = 2 * Double.pi * Double(corner) / Double(corners)
        return (x: x + radius * cos(angle), y: y + radius * sin(angle))
      }
      return outline(of: ring, radius: thickness / 2, colour)
    }
  }

  /// The colour of a keypoint: where a keypoint object gave it, that of keypoint objects, or a brighter tone, though not of a
  /// colour that the user chose.
  private func colour(of keypoint: Keypoint, _ index: Int) -> RGBColour {
    let colour = colour(of: { skeleton.side(of: index) })
    guard keypoint.source == .keypointObject else { return colour }
    if let chosen = style.keypointColour { return chosen }
    if case .fixed = style.colourMode { return colour }
    return colour.mixed(with: .white, share: 0.6)
  }

  /// A keypoint that may be drawn: regression puts keypoints outside the frame, but not far away.
  private func keypoint(_ index: Int) -> Keypoint? {
    guard index < person.pose.keypoints.count else { return nil }
    let keypoint = person.pose.keypoints[index]
    guard keypoint.source == .keypointObject || !style.keypointObjectsOnly else { return nil }
    return abs(keypoint.x) < limit && abs(keypoint.y) < limit ? keypoint : nil
  }

  private func colour(of side: () -> Skeleton.Side) -> RGBColour {
    guard case .side = style.colourMode, ownColour == nil else { return colour }
    return OverlayPalette.side(side())
  }

  /// A label above the box, or inside it where there is no room above; over its left edge where the box is drawn, else
  /// over its middle.
  func drawLabel(on canvas: OverlayCanvas) {
    var parts: [String] = []
    if style.labels.contains(.identity), let identity = person.trackID { parts.append("#\(identity)") }
    if style.labels.contains(.score), person.pose.score.isFinite {
      parts.append(OverlayText.decimal(Double(person.pose.score), digits: 2))
    }
    let box = person.pose.box
    let (width, height) = (Double(frame.size.width), Double(frame.size.height))
    guard !parts.isEmpty, person.role != .crowd, Double(box.x2) > 0, Double(box.x1) < width, Double(box.y2) > 0,
      Double(box.y1) < height
    else {
      return
    }
    let text = parts.joined(separator: " ")
    let size = metrics.labelSize
    let padding = size * 0.35
    let extent = canvas.extent(of: text, size: size)
    let (panelWidth, panelHeight) = (extent.width + 2 * padding, extent.height + padding)
    let left = style.boxes ? Double(box.x1) : Double(box.x1 + box.x2) / 2 - panelWidth / 2
    let top = Double(box.y1) - panelHeight - metrics.lineWidth
    canvas.draw(
      panel: [(text, extent)], x: max(0, min(left, width - panelWidth)).rounded(),
      y: max(0, min(top, height - panelHeight)).rounded(), size: size, padding: padding,
      colour: PlaneColour(colour.isBright ? .ink : .white, in: frame), panel: PlaneColour(colour, in: frame),
      panelOpacity: 1)
  }
}

/// A line from one point to another, in pixels.
package struct Segment: Hashable {
  package var x1: Double
  package var y1: Double
  package var x2: Double
  package var y2: Double

  package init(x1: Double, y1: Double, x2: Double, y2: Double) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// The part of the line inside a rectangle (Liang–Barsky), or `nil` where none is or a coordinate is not finite.
  package func clipped(left: Double, top: Double, right: Double, bottom: Double) -> Segment? {
    guard x1.isFinite, y1.isFinite, x2.isFinite, y2.isFinite else { return nil }
    let (dx, dy) = (x2 - x1, y2 - y1)
    var (from, to) = (0.0, 1.0)
    for (delta, distance) in [(-dx, x1 - left), (dx, right - x1), (-dy, y1 - top), (dy, bottom - y1)] {
      if delta == 0 {
        if distance < 0 { return nil }
      } else if delta < 0 {
        from = max(from, distance / delta)
      } else {
        to = min(to, distance / delta)
      }
    }
    guard from <= to else { return nil }
    return Segment(
      x1: from > 0 ? x1 + from * dx : x1, y1: from > 0 ? y1 + from * dy : y1,
      x2: to < 1 ? x1 + to * dx : x2, y2: to < 1 ? y1 + to * dy : y2)
  }

  /// The smallest and largest x of the line's part with y in `top ... bottom`, or `nil` where it has none.
  package func extent(top: Double, bottom: Double) -> ClosedRange<Double>? {
    let (low, high) = y1 <= y2 ? (y1, y2) : (y2, y1)
    guard low <= bottom, high >= top else { return nil }
    guard high - low > 1e-6 else { return min(x1, x2)...max(x1, x2) }
    func x(at y: Double) -> Double { x1 + (min(max(y, low), high) - y1) / (y2 - y1) * (x2 - x1) }
    let (a, b) = (x(at: top), x(at: bottom))
    return min(a, b)...max(a, b)
  }
}
