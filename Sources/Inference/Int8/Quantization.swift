import Kapao

/// A plan's numbers in int8.
///
/// Activations are 8-bit unsigned with a step for each channel and a zero point for each convolution's output; what is
/// copied, enlarged or pooled keeps those of its source. Weights are 8-bit signed with a scale for each output channel.
/// The steps of the input channels are multiplied into the weights before those are rounded. Buffers of floats have
/// these numbers too, for what is rounded from them.
struct Quantization {
  /// How the integers of a feature map stand for real values: step · (q − zeroPoint).
  struct Activation: Equatable {
    let step: Float
    let zeroPoint: Int32

    /// Bytes of the picture: 0…255 for 0…1.
    static let picture = Activation(step: 1 / 255, zeroPoint: 0)
  }

  /// For each of the plan's buffers the activation of each of its channels, once a step has written it.
  private var activations: [[Activation?]]
  /// The largest weight.
  private let limit: Float

  /// - Parameters:
  ///   - plan: A plan with channels last.
  ///   - ranges: The range of each convolution's output by the convolution's name.
  ///   - limit: The largest magnitude of a weight: 127, or less where products of bytes can overflow 16 bits.
  init(_ plan: ExecutionPlan, ranges: [String: ActivationRange], limit: Float) throws {
    activations = plan.buffers.map { [Activation?](repeating: nil, count: $0.channels) }
    self.limit = limit
    write(plan.input, plan.input.channels.map { _ in .picture })
    for step in plan.steps {
      switch step {
      case .convolution(let step):
        if case .maps(let output) = step.output {
          let (zeroPoint, steps) = try Self.range(of: step, in: ranges).quantization
          write(output, steps.map { Activation(step: $0, zeroPoint: zeroPoint) })
        }
      case .maximum(let input, let output, _), .upsample(let input, let output), .copy(let input, let output):
        write(output, activations(of: input))
      }
    }
  }

  /// A convolution's numbers.
  func convolution(_ step: ConvolutionStep) -> QuantizedConvolution {
    QuantizedConvolution(step, inputs: activations(of: step.input), limit: limit)
  }

  /// The activation of each channel.
  func activations(of maps: FeatureMaps) -> [Activation] {
    activations[maps.buffer][maps.offset..<maps.offset + maps.channels.count].map { $0! }
  }

  private static func range(
    of step: ConvolutionStep, in ranges: [String: ActivationRange]
  ) throws -> ActivationRange {
    guard let range = ranges[step.name] else { throw InferenceError.notCalibrated(step.name) }
    return range
  }

  private mutating func write(_ maps: FeatureMaps, _ values: [Activation]) {
    for (index, value) in values.enumerated() { activations[maps.buffer][maps.offset + index] = value }
  }
}
