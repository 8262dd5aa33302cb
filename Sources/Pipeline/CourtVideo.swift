import Analysis
import Kapao
import Render
import VideoIO

/// A court drawn over a frame or a whole video, to see whether it lies on the lines.
package struct CourtVideo {
  private let calibration: CourtCalibration
  private let lineWidth: Double?

  /// - Parameter lineWidth: Pixels; `nil` for a width in proportion to the picture.
  package init(calibration: CourtCalibration, lineWidth: Double? = nil) {
    self.calibration = calibration
    self.lineWidth = lineWidth
  }

  /// Draws the court over every frame, or over the first where the output is one picture.
  ///
  /// - Parameter start: Seconds after the beginning of the input.
  /// - Throws: `VideoError`; of unusable input where the court was fitted in frames of another shape.
  package func write(_ input: String, start: Double = 0, to output: String, isInterrupted: () -> Bool) throws {
    try VideoWriter.check(output)
    let isPicture = PictureList.isPicture(output) && !output.contains("%")
    var options = ReaderOptions()
    options.start = start > 0 ? start : nil
    options.passthrough = !isPicture
    let reader = try VideoReader(input, options: options)
    defer { reader.close() }
    let size = try reader.frameSize()
    try calibration.require(size, of: input)
    let width = lineWidth ?? max(1, Double(min(size.width, size.height)) / 360)
    let shapes = CourtDrawing.shapes(calibration, width: width)
    let renderer = OverlayRenderer(skeleton: .coco17)
    let writer = try VideoWriter(output, template: reader.template)
    defer { writer.abandon() }
    while !isInterrupted(), let item = try reader.next() {
      switch item {
      case .packet(let packet): try writer.write(packet)
      case .frame(let frame):
        try renderer.draw([], shapes: shapes, onto: frame)
        try writer.write(frame)
      }
      if isPicture, writer.frameCount > 0 { break }
    }
    if writer.frameCount > 0 { try writer.finish() }
  }
}
