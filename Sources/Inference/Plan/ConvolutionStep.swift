import Kapao

/// A convolution of the plan.
struct ConvolutionStep {
  /// Where the result goes.
  enum Destination: Hashable {
    case maps(FeatureMaps)
    /// A grid of the network's output.
    case head(Int)
  }

  /// A convolution of the model, with its name in the checkpoint.
  typealias Part = (name: String, weight: Tensor, bias: Tensor)

  let input: FeatureMaps
  let output: Destination
  let kernel: Int
  let stride: Int
  /// Cells around the input that count as zero.
  var padding: Int { (kernel - 1) / 2 }
  /// Whether SiLU follows.
  let activates: Bool
  /// Added after the activation.
  let residual: FeatureMaps?
  /// Channels written, padding included.
  let outputChannels: Int
  /// The convolutions that are computed side by side, each padded to `block` channels.
  let parts: [Part]
  /// Channels that lie side by side in memory.
  let block: Int

  /// Where in its output each part's channels are, padding included.
  func outputs(in maps: FeatureMaps) -> [(name: String, maps: FeatureMaps)] {
    var start = 0
    return parts.map { name, _, bias in
      defer { start += FeatureMaps.rounded(bias.values.count, block) }
      return (name, maps.slice(start..<start + FeatureMaps.rounded(bias.values.count, block)))
    }
  }

  /// The name to report it by.
  var name: String { parts[0].name }

  /// Weights for channels as they stand in memory: (output channels, input channels, kernel, kernel), both with padding.
  ///
  /// Laid out anew each time, so that a plan takes no memory beside the model's.
  func weights() -> [Float] {
    let area = kernel * kernel
    let width = input.channels.count * area
    let inputs = input.channels.compactMap { $0 }.count
    var weights = [Float](repeating: 0, count: outputChannels * width)
    var start = 0
    for (_, weight, bias) in parts {
      for row in 0..<bias.values.count {
        for (column, channel) in input.channels.enumerated() {
          guard let channel else { continue }
          let from = (row * inputs + channel) * area
          let to = start + row * width + column * area
          for tap in 0..<area { weights[to + tap] = weight.values[from + tap] }
        }
      }
      start += FeatureMaps.rounded(bias.values.count, block) * width
    }
    return weights
  }

  /// One bias per output channel.
  func bias() -> [Float] {
    parts.flatMap { _, _, bias in
      bias.values
        + [Float](repeating: 0, count: FeatureMaps.rounded(bias.values.count, block) - bias.values.count)
    }
  }
}
