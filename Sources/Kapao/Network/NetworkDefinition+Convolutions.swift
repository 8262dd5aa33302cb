extension NetworkDefinition {
  /// One convolution with its name in the checkpoint, for building, checking and counting.
  public struct Convolution: Hashable, Sendable {
    /// Prefix of its tensors: `<name>.weight` with shape (out, in, kernel, kernel) and `<name>.bias` with shape (out).
    public let name: String
    /// Input feature maps.
    public let inputs: Int
    /// Output feature maps.
    public let outputs: Int
    /// Kernel side in cells.
    public let kernel: Int
    /// Input pixels to one cell of its output.
    public let stride: Int

    /// Shape of its weight: outputs, inputs, kernel, kernel.
    public var shape: [Int] { [outputs, inputs, kernel, kernel] }
    /// Whether batch normalisation follows in the official network; here it is folded into weights and biases.
    public let isNormalised: Bool
    /// Trained parameters as the paper counts them: weights, and two numbers a channel for batch normalisation or one
    /// for a bias.
    public var parameters: Int { outputs * (inputs * kernel * kernel + (isNormalised ? 2 : 1)) }
  }

  /// Every convolution in the order of the layers.
  public var convolutions: [Convolution] { layers.flatMap(convolutions(of:)) }

  /// Trained parameters of all convolutions, as the paper's Table 1 counts them.
  public var parameters: Int { convolutions.reduce(0) { $0 + $1.parameters } }

  /// Floating-point operations (a multiply and an add are two) of the convolutions for one image.
  public func operations(at input: ImageSize) -> Int {
    convolutions.reduce(0) { sum, convolution in
      let cells = (input.width / convolution.stride) * (input.height / convolution.stride)
      return sum + 2 * cells * convolution.outputs * convolution.inputs * convolution.kernel * convolution.kernel
    }
  }

  private func convolutions(of layer: Layer) -> [Convolution] {
    let prefix = "model.\(layer.index)"
    let inputs = layer.inputs.reduce(0) { $0 + layers[$1].channels }
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int, _ kernel: Int = 1) -> Convolution {
      Convolution(
        name: "\(prefix).\(name)conv", inputs: inputs, outputs: outputs, kernel: kernel, stride: layer.stride,
        isNormalised: true)
    }
    switch layer.operation {
    case .focus(let channels):
      return [convolution("conv.", 12, channels, 3)]
    case .convolution(let channels, let kernel, _):
      return [convolution("", inputs, channels, kernel)]
    case .c3(let channels, let bottlenecks, _):
      let hidden = channels / 2
      let chain = (0..<bottlenecks).flatMap {
        [convolution("m.\($0).cv1.", hidden, hidden), convolution("m.\($0).cv2.", hidden, hidden, 3)]
      }
      return [convolution("cv1.", inputs, hidden), convolution("cv2.", inputs, hidden)] + chain
        + [convolution("cv3.", 2 * hidden, channels)]
    case .spp(let channels):
      let hidden = inputs / 2
      return [
        convolution("cv1.", inputs, hidden),
        convolution("cv2.", hidden * (Self.poolingKernels.count + 1), channels),
      ]
    case .detect:
      return layer.inputs.enumerated().map { grid, input in
        Convolution(
          name: "\(prefix).m.\(grid)", inputs: layers[input].channels, outputs: layer.channels, kernel: 1,
          stride: layers[input].stride, isNormalised: false)
      }
    case .upsample, .concat:
      return []
    }
  }
}
