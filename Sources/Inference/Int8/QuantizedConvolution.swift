/// A convolution's weights in integers.
///
/// With q the input's integers, z the zero point and w these weights, an output channel is
/// scale · (Σ w·(q − z) + bias): z is taken off by the library where the convolution has padding, which counts as real
/// zeros, and is part of the bias where it has none.
struct QuantizedConvolution {
  /// Whole numbers, (output channels, input channels, kernel, kernel).
  let weights: [Float]
  /// One a channel, in units of the sum.
  let bias: [Float]
  /// One a channel: the real value of 1 of the sum.
  let scales: [Float]
  /// The input's zero point that is left to the library; 0 where the bias holds it.
  let zeroPoint: Int32

  init(_ step: ConvolutionStep, inputs: [Quantization.Activation], limit: Float) {
    let area = step.kernel * step.kernel
    var weights = step.weights()
    var bias = step.bias()
    var scales = [Float](repeating: 1, count: step.outputChannels)
    let isPadded = step.padding > 0
    precondition(!isPadded || inputs.allSatisfy { $0.zeroPoint == inputs[0].zeroPoint }, "padding has one zero point")
    for channel in 0..<step.outputChannels {
      let row = channel * inputs.count * area..<(channel + 1) * inputs.count * area
      for (input, activation) in inputs.enumerated() {
        for tap in 0..<area { weights[row.lowerBound + input * area + tap] *= activation.step }
      }
      let largest = weights[row].reduce(0) { max($0, abs($1)) }
      let scale = largest > 0 ? largest / limit : 1
      scales[channel] = scale
      var offset: Float = 0
      for (input, activation) in inputs.enumerated() {
        for tap in 0..<area {
          let index = row.lowerBound + input * area + tap
          weights[index] = (weights[index] / scale).rounded()
          offset += weights[index] * Float(activation.zeroPoint)
        }
      }
      bias[channel] = bias[channel] / scale - (isPadded ? 0 : offset)
    }
    self.weights = weights
    self.bias = bias
    self.scales = scales
    zeroPoint = isPadded ? inputs[0].zeroPoint : 0
  }
}
