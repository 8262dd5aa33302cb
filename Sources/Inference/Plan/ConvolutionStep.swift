/// A convolution of the plan, its weights laid out for channels as they stand in memory.
struct ConvolutionStep {
  /// Where the result goes.
  enum Destination: Hashable {
    case maps(FeatureMaps)
    /// A grid of the network's output.
    case head(Int)
  }

  /// The checkpoint's name of the convolution (of the first where several were merged).
  let name: String
  let input: FeatureMaps
  let output: Destination
  let kernel: Int
  let stride: Int
  /// Whether SiLU follows.
  let activates: Bool
  /// Added after the activation.
  let residual: FeatureMaps?
  /// Channels written, padding included.
  let outputChannels: Int
  /// (output channels, input channels, kernel, kernel), both with padding.
  let weights: [Float]
  /// One per output channel.
  let bias: [Float]
}
