import Kapao
import VideoIO

/// Draws one person on a canvas: box, limbs and dots, outlines below colours; and, separately, the label.
struct PersonDrawing {
  private let person: OverlayPerson
  private let skeleton: Skeleton
  private let style: OverlayStyle
  private let frame: VideoFrame
  private let metrics: OverlayMetrics
  private let colour: RGBColour
  /// The colour that goes before the style's choice.
  private let ownColour: RGBColour?
  private let limit: Float

  init(person: OverlayPerson, number: Int, skeleton: Skeleton, style: OverlayStyle, frame: VideoFrame) {
    self.person = person
    self.skeleton = skeleton
    self.style = style
    self.frame = frame
    limit = 4 * Float(max(frame.size.width, frame.size.height))
    var metrics = OverlayMetrics(picture: frame.size, person: person.pose.box, style: style)
    if person.role == .crowd { metrics.thin() }
    self.metrics = metrics
    ownColour = person.colour ?? (person.role == .crowd ? OverlayPalette.crowd : nil)
    colour = ownColour ?? Self.colour(identity: person.identity, number: number, style: style)
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
    guard style.fillsPlayers, person.role == .player else { return }
    canvas.fill(person.pose.box, colour: PlaneColour(colour, in: frame), opacity: 0.18)
  }

  func draw(on canvas: OverlayCanvas) {
    let strokes = boxStrokes() + limbStrokes() + dotStrokes()
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
    guard style.boxes else { return [] }
    let box = person.pose.box
    let (x1, y1, x2, y2) = (Double(box.x1), Double(box.y1), Double(box.x2), Double(box.y2))
    let radius = max(0.5, metrics.lineWidth * 0.3)
    return [
      Segment(x1: x1, y1: y1, x2: x2, y2: y1), Segment(x1: x2, y1: y1, x2: x2, y2: y2),
      Segment(x1: x2, y1: y2, x2: x1, y2: y2), Segment(x1: x1, y1: y2, x2: x1, y2: y1),
    ].map { Stroke(segment: $0, radius: radius, colour: colour) }
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
    (0..<skeleton.count).compactMap { index in
      let isFace = skeleton.faceKeypoints.contains(index)
      guard isFace ? style.facePoints : style.keypoints, let keypoint = keypoint(index) else { return nil }
      let (x, y) = (Double(keypoint.x), Double(keypoint.y))
      let colour = colour(of: { skeleton.side(of: index) })
      return Stroke(
        segment: Segment(x1: x, y1: y, x2: x, y2: y), radius: metrics.keypointRadius * (isFace ? 0.75 : 1),
        colour: keypoint.source == .keypointObject ? colour.mixed(with: .white, share: brightening) : colour)
    }
  }

  /// How far the dots of keypoint objects are moved towards white: not at all in a colour that the user chose.
  private var brightening: Double {
    if case .fixed = style.colourMode { return 0 }
    return 0.6
  }

  /// A keypoint that may be drawn: regression puts keypoints outside the picture, but not far away.
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
    if style.labels.contains(.identity), let identity = person.identity { parts.append("#\(identity)") }
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
