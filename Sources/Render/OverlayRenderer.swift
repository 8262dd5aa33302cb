import Foundation
import Kapao
import VideoIO

/// Draws poses and text onto frames of video, anti-aliased, in the frame's own YUV.
///
/// Samples that are not under the drawing keep the decoder's value, bit by bit. Positions may be anywhere, also outside
/// the frame or not finite: what cannot be seen is not drawn.
public final class OverlayRenderer: @unchecked Sendable {
  // @unchecked: the lock protects the canvas and the numbers; everything else is constant.

  /// What is drawn and how.
  public let style: OverlayStyle
  /// The keypoints and limbs of all poses.
  public let skeleton: Skeleton
  private let lock = NSLock()
  private var canvas: OverlayCanvas?
  private var numbers = PersonNumbers()
  private var trails = Trails()

  /// A renderer for one stream; it keeps people's colours from frame to frame.
  public init(style: OverlayStyle = OverlayStyle(), skeleton: Skeleton) {
    self.style = style
    self.skeleton = skeleton
  }

  /// Draws people and text onto a frame, which is made writable first if anything is to be drawn.
  ///
  /// People are drawn in reverse order, so that the first, usually the one with the best score, is on top.
  ///
  /// - Parameters:
  ///   - people: Poses in pixels of the frame.
  ///   - text: For the upper left corner.
  /// - Throws: `RenderError`, or the frame's error where it cannot be made writable.
  public func draw(_ people: [TrackedPose], text: OverlayText = OverlayText(), onto frame: VideoFrame) throws {
    try draw(people, text: text, shapes: [], onto: frame)
  }

  /// The same, with shapes over the people, in their order.
  package func draw(
    _ people: [TrackedPose], text: OverlayText = OverlayText(), shapes: [OverlayShape], onto frame: VideoFrame
  ) throws {
    try lock.withLock {
      let numbers = numbers.numbers(for: people)
      let lines = text.lines(for: style)
      let trails = trails.update(people, at: text.time, skeleton: skeleton, seconds: style.trail)
      let isVisible = style.opacity > 0 && !(people.isEmpty && trails.isEmpty)
      guard isVisible || !lines.isEmpty || !shapes.isEmpty, frame.size.width > 0, frame.size.height > 0 else { return }
      try frame.makeWritable()
      let canvas = try canvas(for: frame.size)
      if isVisible {
        let drawings = zip(people, numbers).reversed().map {
          PersonDrawing(person: $0, number: $1, skeleton: skeleton, style: style, frame: frame)
        }
        for drawing in drawings { drawing.fillBox(on: canvas) }
        draw(trails, on: canvas, frame: frame)
        for drawing in drawings { drawing.draw(on: canvas) }
        if !style.labels.isEmpty { for drawing in drawings { drawing.drawLabel(on: canvas) } }
        canvas.blend(onto: frame, opacity: style.opacity)
      }
      if !shapes.isEmpty {
        for shape in shapes { shape.draw(on: canvas, frame: frame) }
        canvas.blend(onto: frame, opacity: 1)
      }
      if !lines.isEmpty {
        draw(lines, on: canvas, frame: frame)
        canvas.blend(onto: frame, opacity: 1)
      }
      do {
        try canvas.checkText()
      } catch {
        // Cairo does nothing more after an error: the next frame begins with another canvas.
        self.canvas = nil
        throw error
      }
    }
  }

  private func canvas(for size: ImageSize) throws -> OverlayCanvas {
    if let canvas, canvas.size == size { return canvas }
    let new = try OverlayCanvas(size: size)
    canvas = new
    return new
  }

  private func draw(_ trails: [TrailPiece], on canvas: OverlayCanvas, frame: VideoFrame) {
    let width = OverlayMetrics(frame: frame.size, style: style).lineWidth
    for piece in trails {
      let colour = PersonDrawing.colour(identity: piece.identity, number: 0, style: style)
      canvas.draw(piece.segment, radius: width * 0.4 * (1 - 0.75 * piece.age), colour: PlaneColour(colour, in: frame))
    }
  }

  private func draw(_ lines: [String], on canvas: OverlayCanvas, frame: VideoFrame) {
    let size = OverlayMetrics(frame: frame.size, style: style).fontSize
    let measured = lines.map { ($0, canvas.extent(of: $0, size: size)) }
    canvas.draw(
      panel: measured, x: (size * 0.5).rounded(), y: (size * 0.5).rounded(), size: size, padding: size * 0.4,
      colour: PlaneColour(.white, in: frame), panel: PlaneColour(.ink, in: frame), panelOpacity: 0.6)
  }
}
