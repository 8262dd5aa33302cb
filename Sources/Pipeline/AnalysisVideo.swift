import Analysis
import Export
import Foundation
import Kapao
import VideoIO

/// The video that stored poses are of: pictures for a report, and the colours of people's clothes.
package final class AnalysisVideo {
  private static let pictureWidth = 480

  private let path: String
  private let options: ReaderOptions
  /// Time of the beginning of the file, from which starts are counted.
  private let beginning: Double

  /// The video at `path`.
  ///
  /// - Throws: `VideoError`.
  package init(_ path: String, options: ReaderOptions = .init()) throws {
    self.path = path
    // Poses have the times of the whole file.
    var options = options
    (options.start, options.end) = (nil, nil)
    self.options = options
    beginning = try VideoReader.probe(path).startTime ?? 0
  }

  /// The frame at `time` in seconds of the poses as JPEG, whole or cut to a box with some room around it; `nil` after the end.
  ///
  /// - Throws: `VideoError`.
  package func picture(at time: Double, box: Box?) throws -> [UInt8]? {
    var options = options
    options.start = time > beginning ? time - beginning : nil
    let reader = try VideoReader(path, options: options)
    defer { reader.close() }
    while let item = try reader.next() {
      guard case .frame(let frame) = item else { continue }
      let encoder = JPEGEncoder(quality: 4, maximumWidth: Self.pictureWidth)
      guard let box else { return try encoder.encode(frame) }
      let room = 0.15 * max(box.width, box.height)
      return try encoder.encode(
        frame.cropped(to: Box(x1: box.x1 - room, y1: box.y1 - room, x2: box.x2 + room, y2: box.y2 + room)))
    }
    return nil
  }

  /// The colours of clothes.
  ///
  /// - Parameter timeFactor: Seconds of the scene for each second of the video.
  /// - Throws: `VideoError`.
  package func clothing(timeFactor: Double) throws -> any ClothingSource {
    ClothingReader(try VideoReader(path, options: options), timeFactor: timeFactor)
  }
}

/// Reads a video beside its poses, and looks at the torso and the thighs of people.
private final class ClothingReader: ClothingSource {
  /// Seconds from one look at a person to the next.
  private static let interval = 0.5

  private let reader: VideoReader
  private let timeFactor: Double
  private var frame: VideoFrame?
  private var nextLook = -Double.infinity
  private var lookedAt: Double?

  init(_ reader: VideoReader, timeFactor: Double) {
    self.reader = reader
    self.timeFactor = timeFactor
  }

  deinit { reader.close() }

  func colour(of sample: BodySample, body: Body) throws -> ClothingColour? {
    // All people of a frame are measured, and then nobody for a while.
    if sample.time != lookedAt {
      guard sample.time >= nextLook else { return nil }
      lookedAt = sample.time
      nextLook = sample.time + Self.interval
    }
    guard let frame = try frame(at: sample.time / timeFactor) else { return nil }
    let parts: [[BodyPoint]] = [
      [.leftShoulder, .rightShoulder, .leftHip, .rightHip], [.leftHip, .rightHip, .leftKnee, .rightKnee],
    ]
    var values: [Double] = []
    for part in parts {
      let points = part.compactMap { body.position($0, in: sample.keypoints) }
      guard points.count == part.count, let mean = Self.mean(of: points, in: frame) else { return nil }
      values += mean
    }
    return ClothingColour(values: values)
  }

  private func frame(at time: Double) throws -> VideoFrame? {
    while frame.map({ $0.time < time - 1e-4 }) ?? true {
      guard let item = try reader.next() else { return nil }
      if case .frame(let next) = item { frame = next }
    }
    return frame
  }

  /// Mean luma and chroma of the inner part of a quadrangle's bounding box.
  private static func mean(of points: [Point2], in frame: VideoFrame) -> [Double]? {
    let (xs, ys) = (points.map(\.x).sorted(), points.map(\.y).sorted())
    let (width, height) = (max(xs[3] - xs[0], 4), max(ys[3] - ys[0], 4))
    let box = Box(
      x1: Float(xs[0] + 0.2 * width), y1: Float(ys[0] + 0.2 * height), x2: Float(xs[0] + 0.8 * width),
      y2: Float(ys[0] + 0.8 * height)
    ).clipped(width: frame.size.width, height: frame.size.height)
    guard box.width >= 2, box.height >= 2 else { return nil }
    return (0..<3).map { plane in
      let scale: Float = plane == 0 ? 1 : 0.5
      return frame.withPlane(plane) { pixels, stride, width, height in
        let (left, right) = (Int(box.x1 * scale), min(Int(box.x2 * scale), width - 1))
        let (top, bottom) = (Int(box.y1 * scale), min(Int(box.y2 * scale), height - 1))
        var (sum, count) = (0, 0)
        for y in top...max(top, bottom) {
          for x in left...max(left, right) {
            sum += Int(pixels[y * stride + x])
            count += 1
          }
        }
        return Double(sum) / Double(count)
      }
    }
  }
}
