import Kapao
import VideoIO

/// Scaling to RGB in real numbers, sample by sample, from the definition.
struct LetterboxReference {
  private let source: ImageSize
  private let content: ImageSize
  private let planes: [[Double]]
  private let isFullRange: Bool
  private let matrix: ColourMatrix

  init(_ frame: VideoFrame, content: ImageSize) {
    source = frame.size
    self.content = content
    isFullRange = frame.isFullRange
    matrix = frame.colourMatrix
    let pixels = frame.pixels.map { Double($0) }
    let (luma, chroma) = (source.width * source.height, (source.width + 1) / 2 * ((source.height + 1) / 2))
    planes = [
      Array(pixels[..<luma]), Array(pixels[luma..<luma + chroma]), Array(pixels[(luma + chroma)...]),
    ]
  }

  /// `content.height` × `content.width` × 3 values 0…255, not rounded.
  func rgb() -> [Double] {
    let y = scaled(0)
    let (u, v) = (scaled(1), scaled(2))
    return zip(y, zip(u, v)).flatMap { y, chroma in
      Self.rgb(y: y, u: chroma.0, v: chroma.1, isFullRange: isFullRange, matrix: matrix)
    }
  }

  /// The colour of one YUV value.
  static func rgb(y: Double, u: Double, v: Double, isFullRange: Bool, matrix: ColourMatrix) -> [Double] {
    let luma = isFullRange ? y : (y - 16) * 255 / 219
    let cb = (u - 128) * (isFullRange ? 1 : 255.0 / 224)
    let cr = (v - 128) * (isFullRange ? 1 : 255.0 / 224)
    let red = luma + 2 * (1 - matrix.red) * cr
    let blue = luma + 2 * (1 - matrix.blue) * cb
    // Luma is the weighted sum of the three; green is what remains.
    let green = (luma - matrix.red * red - matrix.blue * blue) / (1 - matrix.red - matrix.blue)
    return [red, green, blue].map { min(255, max(0, $0)) }
  }

  private func scaled(_ plane: Int) -> [Double] {
    let sampling = plane == 0 ? 1 : 2
    let width = (source.width + sampling - 1) / sampling
    let height = (source.height + sampling - 1) / sampling
    let columns = (0..<content.width).map {
      Self.taps($0, extent: Double(source.width) / Double(sampling), samples: width, count: content.width)
    }
    let rows = (0..<content.height).map {
      Self.taps($0, extent: Double(source.height) / Double(sampling), samples: height, count: content.height)
    }
    let pixels = planes[plane]
    return rows.flatMap { row in
      let line = (0..<width).map { x in row.reduce(0) { $0 + $1.weight * pixels[$1.sample * width + x] } }
      return columns.map { $0.reduce(0) { $0 + $1.weight * line[$1.sample] } }
    }
  }

  /// A triangle around the new sample's centre; samples outside the line are those at its ends.
  private static func taps(
    _ index: Int, extent: Double, samples: Int, count: Int
  ) -> [(sample: Int, weight: Double)] {
    let scale = extent / Double(count)
    let radius = max(1, scale)
    let centre = (Double(index) + 0.5) * scale
    let all = (Int(centre - radius) - 2...Int(centre + radius) + 2).compactMap { sample in
      let weight = 1 - abs(Double(sample) + 0.5 - centre) / radius
      return weight > 0 ? (sample: min(max(sample, 0), samples - 1), weight: weight) : nil
    }
    let total = all.reduce(0) { $0 + $1.weight }
    return all.map { ($0.sample, $0.weight / total) }
  }
}
