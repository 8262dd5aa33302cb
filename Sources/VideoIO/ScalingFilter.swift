import CKernels

/// How the samples of a line are scaled to another number: a triangle around each new sample's centre, one old sample wide
/// to either side when enlarging (bilinear, as OpenCV's `INTER_LINEAR`) and as wide as the scale when reducing, so that
/// every old sample counts. Where the triangle reaches past the line's end, the last sample is repeated.
final class ScalingFilter {
  enum Direction {
    /// Along rows: weights in the kernel's order for columns.
    case columns
    /// Along columns: weights in the kernel's order for rows.
    case rows
  }

  /// For the kernel; valid as long as this object.
  var native: kapao_filter { kapao_filter(taps: Int32(taps), first: first, weights: weights) }

  /// Samples that each new sample is made from: 2 or a multiple of 4.
  let taps: Int
  private let first: UnsafeMutablePointer<Int32>
  private let weights: UnsafeMutablePointer<Int16>

  /// - Parameters:
  ///   - samples: Samples of the line.
  ///   - extent: Length of the picture along it, in samples; less than `samples` where the last covers half a pixel.
  ///   - count: New samples.
  init(samples: Int, extent: Double, count: Int, _ direction: Direction) {
    let scale = extent / Double(count)
    let radius = max(1, scale)
    let width = Int((2 * radius).rounded(.up))
    let taps = width <= 2 ? 2 : (width + 3) / 4 * 4
    let tile = Int(KAPAO_LETTERBOX_TILE)
    let columns = (count + tile - 1) / tile * tile
    self.taps = taps
    first = .allocate(capacity: columns)
    first.initialize(repeating: 0, count: columns)
    weights = .allocate(capacity: columns * taps)
    weights.initialize(repeating: 0, count: columns * taps)
    for i in 0..<count {
      let centre = (Double(i) + 0.5) * scale
      let leftmost = Int((centre - radius + 0.5).rounded(.down))
      let start = min(max(leftmost, 0), max(0, samples - taps))
      var shares = [Double](repeating: 0, count: taps)
      for sample in leftmost..<leftmost + width {
        let share = 1 - abs(Double(sample) + 0.5 - centre) / radius
        shares[min(max(sample, 0), samples - 1) - start] += max(0, share)
      }
      first[i] = Int32(start)
      for (tap, weight) in Self.integers(shares).enumerated() {
        switch direction {
        case .rows: weights[i * taps + tap] = weight
        case .columns: weights[tap / 2 * 2 * columns + 2 * i + tap % 2] = weight
        }
      }
    }
  }

  deinit {
    first.deallocate()
    weights.deallocate()
  }

  /// The shares as integers whose sum is exactly 1 << 14.
  private static func integers(_ shares: [Double]) -> [Int16] {
    let total = shares.reduce(0, +)
    var sum = 0.0
    var given = 0
    return shares.map { share in
      sum += share
      let weight = Int((sum / total * 16384).rounded()) - given
      given += weight
      return Int16(weight)
    }
  }
}
