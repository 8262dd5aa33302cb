/// The layers of a KAPAO network: the YOLOv5-P6 family of mid-2021, by width and depth multiple.
///
/// Layer `i` is `model.<i>` of the official checkpoint, so that names of weights can be read off here.
package struct NetworkDefinition: Hashable, Sendable {
  /// What a layer computes. Channels are numbers of feature maps.
  package enum Operation: Hashable, Sendable {
    /// Space-to-depth by two, then a 3×3 convolution with SiLU.
    case focus(channels: Int)
    /// A convolution with SiLU, padded by half its kernel.
    case convolution(channels: Int, kernel: Int, stride: Int)
    /// Cross-stage partial block with `bottlenecks` bottlenecks of half the width, with or without residual adds.
    case c3(channels: Int, bottlenecks: Int, shortcut: Bool)
    /// Spatial pyramid pooling with max-pool kernels 3, 5 and 7.
    case spp(channels: Int)
    /// Nearest-neighbour enlargement by two.
    case upsample
    /// Concatenation along channels.
    case concat
    /// The four output convolutions, 1×1 without activation, one per grid.
    case detect
  }

  /// One layer: its operation, the layers it reads, and the shape of what it writes.
  package struct Layer: Hashable, Sendable {
    /// Index in the official model.
    package let index: Int
    /// What it computes.
    package let operation: Operation
    /// Indices of the layers that it reads; empty for the first, which reads the image.
    package let inputs: [Int]
    /// Feature maps of its output (per grid for `detect`).
    package let channels: Int
    /// Pixels of the input image to one cell of its output; 0 for `detect`, which has four.
    package let stride: Int
  }

  /// Max-pool kernels of the spatial pyramid pooling.
  package static let poolingKernels = [3, 5, 7]

  /// The layers in order.
  package private(set) var layers: [Layer] = []

  /// The network of an architecture.
  ///
  /// - Parameters:
  ///   - width: Multiple of the channels (0.25 N, 0.50 S, 0.75 M, 1 L).
  ///   - depth: Multiple of the bottlenecks (0.33 N and S, 0.67 M, 1 L).
  ///   - headChannels: Output channels of one grid: 3 anchors × (5 + K+1 + 2K).
  package init(width: Double, depth: Double, headChannels: Int) {
    /// Channels rounded up to a multiple of eight.
    func scaled(_ channels: Int) -> Int { Int((Double(channels) * width / 8).rounded(.up)) * 8 }
    func repeats(_ count: Int) -> Int { max(1, Int((Double(count) * depth).rounded(.toNearestOrEven))) }
    func c3(_ channels: Int, _ count: Int, shortcut: Bool = false) -> Operation {
      .c3(channels: scaled(channels), bottlenecks: repeats(count), shortcut: shortcut)
    }
    func convolution(_ channels: Int, _ kernel: Int, _ stride: Int) -> Operation {
      .convolution(channels: scaled(channels), kernel: kernel, stride: stride)
    }

    append(.focus(channels: scaled(64)), from: [])
    append(convolution(128, 3, 2))
    append(c3(128, 3, shortcut: true))
    append(convolution(256, 3, 2))
    append(c3(256, 9, shortcut: true))  // 4
    append(convolution(512, 3, 2))
    append(c3(512, 9, shortcut: true))  // 6
    append(convolution(768, 3, 2))
    append(c3(768, 3, shortcut: true))  // 8
    append(convolution(1024, 3, 2))
    append(.spp(channels: scaled(1024)))
    append(c3(1024, 3))

    append(convolution(768, 1, 1))  // 12
    append(.upsample)
    append(.concat, from: [13, 8])
    append(c3(768, 3))
    append(convolution(512, 1, 1))  // 16
    append(.upsample)
    append(.concat, from: [17, 6])
    append(c3(512, 3))
    append(convolution(256, 1, 1))  // 20
    append(.upsample)
    append(.concat, from: [21, 4])
    append(c3(256, 3))  // 23: stride 8
    append(convolution(256, 3, 2))
    append(.concat, from: [24, 20])
    append(c3(512, 3))  // 26: stride 16
    append(convolution(512, 3, 2))
    append(.concat, from: [27, 16])
    append(c3(768, 3))  // 29: stride 32
    append(convolution(768, 3, 2))
    append(.concat, from: [30, 12])
    append(c3(1024, 3))  // 32: stride 64

    layers.append(
      Layer(index: layers.count, operation: .detect, inputs: [23, 26, 29, 32], channels: headChannels, stride: 0))
  }

  private mutating func append(_ operation: Operation, from inputs: [Int]? = nil) {
    let index = layers.count
    let inputs = inputs ?? [index - 1]
    let sources = inputs.map { layers[$0] }
    let stride = sources.first?.stride ?? 1
    let layer =
      switch operation {
      case .focus(let channels):
        Layer(index: index, operation: operation, inputs: inputs, channels: channels, stride: 2)
      case .convolution(let channels, _, let step):
        Layer(index: index, operation: operation, inputs: inputs, channels: channels, stride: stride * step)
      case .c3(let channels, _, _), .spp(let channels):
        Layer(index: index, operation: operation, inputs: inputs, channels: channels, stride: stride)
      case .upsample:
        Layer(
          index: index, operation: operation, inputs: inputs, channels: sources[0].channels, stride: stride / 2)
      case .concat, .detect:
        Layer(
          index: index, operation: operation, inputs: inputs, channels: sources.reduce(0) { $0 + $1.channels },
          stride: stride)
      }
    layers.append(layer)
  }
}

extension NetworkDefinition {
  /// One convolution with its name in the checkpoint, for building, checking and counting.
  package struct Convolution: Hashable, Sendable {
    /// Prefix of its tensors: `<name>.weight` with shape (out, in, kernel, kernel) and `<name>.bias` with shape (out).
    package let name: String
    /// Input feature maps.
    package let inputs: Int
    /// Output feature maps.
    package let outputs: Int
    /// Kernel side in cells.
    package let kernel: Int
    /// Input pixels to one cell of its output.
    package let stride: Int

    /// Shape of its weight: outputs, inputs, kernel, kernel.
    package var shape: [Int] { [outputs, inputs, kernel, kernel] }
    /// Whether batch normalisation follows in the official network; here it is folded into weights and biases.
    package let isNormalised: Bool
    /// Trained parameters as the paper counts them: weights, and two numbers a channel for batch normalisation or one
    /// for a bias.
    package var parameters: Int { outputs * (inputs * kernel * kernel + (isNormalised ? 2 : 1)) }
  }

  /// Every convolution in the order of the layers.
  package var convolutions: [Convolution] { layers.flatMap(convolutions(of:)) }

  /// Trained parameters of all convolutions, as the paper's Table 1 counts them.
  package var parameters: Int { convolutions.reduce(0) { $0 + $1.parameters } }

  /// Floating-point operations (a multiply and an add are two) of the convolutions for one image.
  package func operations(at input: ImageSize) -> Int {
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

extension Architecture {
  /// The layers of this network.
  package var definition: NetworkDefinition {
    NetworkDefinition(
      width: widthMultiple, depth: depthMultiple, headChannels: Architecture.anchorsPerGrid * channelsPerAnchor)
  }
}
