/// The weights that a network of this architecture has, under the official names.
extension Architecture {
  /// A convolution's name, for example `model.0.conv.conv`, and the shape of its weight.
  package struct Convolution: Equatable, Sendable {
    /// Name without `.weight` or `.bias`.
    package let name: String
    /// Output channels, input channels, kernel height, kernel width.
    package let shape: [Int]

    /// Whether a batch normalisation and SiLU follow, as everywhere but in the detection head.
    package var isNormalised: Bool { name.hasSuffix(".conv") }

    package init(_ name: String, from input: Int, to output: Int, kernel: Int) {
      self.name = name
      shape = [output, input, kernel, kernel]
    }
  }

  /// A layer of the official network by its index: what it is and how many channels it puts out.
  package enum Layer: Equatable, Sendable {
    case focus(Int)
    case convolution(Int, kernel: Int)
    case block(Int, bottlenecks: Int, shortcut: Bool)
    case pyramidPooling(Int)
    case upsample
    case concatenation(with: Int)
    case detect(from: [Int])
  }

  /// The 34 layers, each fed by the one before it, a concatenation by one further layer as well.
  package var layers: [Layer] {
    func block(_ channels: Int, _ bottlenecks: Int = 3, shortcut: Bool = false) -> Layer {
      .block(scaled(channels), bottlenecks: repeats(bottlenecks), shortcut: shortcut)
    }
    func down(_ channels: Int) -> Layer { .convolution(scaled(channels), kernel: 3) }
    func narrow(_ channels: Int) -> Layer { .convolution(scaled(channels), kernel: 1) }
    let backbone: [Layer] = [
      .focus(scaled(64)), down(128), block(128, shortcut: true), down(256), block(256, 9, shortcut: true),
      down(512), block(512, 9, shortcut: true), down(768), block(768, shortcut: true), down(1024),
      .pyramidPooling(scaled(1024)), block(1024),
    ]
    let head: [Layer] = [
      narrow(768), .upsample, .concatenation(with: 8), block(768),
      narrow(512), .upsample, .concatenation(with: 6), block(512),
      narrow(256), .upsample, .concatenation(with: 4), block(256),
      down(256), .concatenation(with: 20), block(512),
      down(512), .concatenation(with: 16), block(768),
      down(768), .concatenation(with: 12), block(1024),
      .detect(from: [23, 26, 29, 32]),
    ]
    return backbone + head
  }

  /// Every convolution of the network in the order of the layers, batch normalisation folded into it.
  package var convolutions: [Convolution] {
    var found: [Convolution] = []
    var channels: [Int] = []
    for (index, layer) in layers.enumerated() {
      let name = "model.\(index)"
      let input = channels.last ?? 3
      switch layer {
      case .focus(let output):
        found.append(Convolution("\(name).conv.conv", from: 4 * input, to: output, kernel: 3))
        channels.append(output)
      case .convolution(let output, let kernel):
        found.append(Convolution("\(name).conv", from: input, to: output, kernel: kernel))
        channels.append(output)
      case .block(let output, let bottlenecks, _):
        let hidden = output / 2
        found.append(Convolution("\(name).cv1.conv", from: input, to: hidden, kernel: 1))
        found.append(Convolution("\(name).cv2.conv", from: input, to: hidden, kernel: 1))
        found.append(Convolution("\(name).cv3.conv", from: 2 * hidden, to: output, kernel: 1))
        for bottleneck in 0..<bottlenecks {
          found.append(Convolution("\(name).m.\(bottleneck).cv1.conv", from: hidden, to: hidden, kernel: 1))
          found.append(Convolution("\(name).m.\(bottleneck).cv2.conv", from: hidden, to: hidden, kernel: 3))
        }
        channels.append(output)
      case .pyramidPooling(let output):
        found.append(Convolution("\(name).cv1.conv", from: input, to: input / 2, kernel: 1))
        found.append(Convolution("\(name).cv2.conv", from: input / 2 * 4, to: output, kernel: 1))
        channels.append(output)
      case .upsample: channels.append(input)
      case .concatenation(let other): channels.append(input + channels[other])
      case .detect(let sources):
        for (grid, source) in sources.enumerated() {
          let output = Self.anchorsPerGrid * channelsPerAnchor
          found.append(Convolution("\(name).m.\(grid)", from: channels[source], to: output, kernel: 1))
        }
      }
    }
    return found
  }

  /// Channels at this width: rounded up to a multiple of 8, as in the official code.
  package func scaled(_ channels: Int) -> Int { Int((Double(channels) * widthMultiple / 8).rounded(.up)) * 8 }

  /// Bottlenecks at this depth: rounded half to even, at least one, as in the official code.
  package func repeats(_ count: Int) -> Int {
    max(1, Int((Double(count) * depthMultiple).rounded(.toNearestOrEven)))
  }

  /// Trained parameters as the paper counts them, before batch normalisation is folded in: the weights, and for each
  /// output channel a scale and a shift, or a bias in the detection head. 12.560 million for KAPAO-S.
  public var parameterCount: Int {
    convolutions.reduce(0) { count, convolution in
      let perChannel = convolution.isNormalised ? 2 : 1
      return count + convolution.shape.reduce(1, *) + perChannel * convolution.shape[0]
    }
  }
}
