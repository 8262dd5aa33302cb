/// The layers of a KAPAO network: the YOLOv5-P6 family of mid-2021, by width and depth multiple.
///
/// Layer `i` is `model.<i>` of the official checkpoint, so that names of weights can be read off here.
public struct NetworkDefinition: Hashable, Sendable {
  /// What a layer computes. Channels are numbers of feature maps.
  public enum Operation: Hashable, Sendable {
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
  public struct Layer: Hashable, Sendable {
    /// Index in the official model.
    public let index: Int
    /// What it computes.
    public let operation: Operation
    /// Indices of the layers that it reads; empty for the first, which reads the image.
    public let inputs: [Int]
    /// Feature maps of its output (per grid for `detect`).
    public let channels: Int
    /// Pixels of the input image to one cell of its output; 0 for `detect`, which has four.
    public let stride: Int
  }

  /// Max-pool kernels of the spatial pyramid pooling.
  public static let poolingKernels = [3, 5, 7]

  /// The layers in order.
  public private(set) var layers: [Layer] = []

  /// The network of an architecture.
  ///
  /// - Parameters:
  ///   - width: Multiple of the channels (0.25 N, 0.50 S, 0.75 M, 1 L).
  ///   - depth: Multiple of the bottlenecks (0.33 N and S, 0.67 M, 1 L).
  ///   - headChannels: Output channels of one grid: 3 anchors × (5 + K+1 + 2K).
  public init(width: Double, depth: Double, headChannels: Int) {
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
