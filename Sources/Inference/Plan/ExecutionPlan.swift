import Kapao

/// A network lowered for one input size: steps over buffers.
///
/// In a planar layout concatenation is by placement: layers that are concatenated write into neighbouring channels of
/// one buffer, so that it costs nothing, and the two convolutions that read a C3 block's input are merged. Channels are
/// padded to the block with zeros, which SiLU keeps at zero. With channels last, for int8, every convolution reads and
/// writes a whole buffer, and concatenations are copied together; what the output convolutions read stays real. A residual
/// is added in place: the sum takes over its memory.
struct ExecutionPlan {
  /// What a step does.
  enum Step {
    case convolution(ConvolutionStep)
    /// Maximum over a window of `kernel` × `kernel` cells, stride 1.
    case maximum(input: FeatureMaps, output: FeatureMaps, kernel: Int)
    /// Nearest-neighbour enlargement by two.
    case upsample(input: FeatureMaps, output: FeatureMaps)
    /// The same values in another place, or as bytes.
    case copy(input: FeatureMaps, output: FeatureMaps)
  }

  /// How a buffer's values lie in memory.
  enum Layout: Equatable {
    /// Planes of `block` channels side by side; 1 is NCHW.
    case planar(block: Int)
    /// All channels of a cell side by side, NHWC: bytes, and `real` values for the output convolutions.
    case channelsLast(real: Element)

    /// Channels are padded to a multiple of it.
    var block: Int {
      switch self {
      case .planar(let block): block
      case .channelsLast: 1
      }
    }

    /// What most buffers hold.
    var element: Element {
      switch self {
      case .planar: .float
      case .channelsLast: .byte
      }
    }
    /// What the output convolutions read.
    var real: Element {
      switch self {
      case .planar: .float
      case .channelsLast(let real): real
      }
    }
  }

  /// Shape of a buffer; channels include padding.
  struct Buffer {
    let channels: Int
    let height: Int
    let width: Int
    let element: Element
    /// The buffer of the same shape whose memory this one takes over, when nothing reads that any more.
    let replaces: Int?
    var bytes: Int { channels * height * width * element.bytes }
  }

  /// What a buffer holds.
  enum Element {
    case float
    /// A float's upper half.
    case bfloat
    case byte

    var bytes: Int {
      switch self {
      case .float: 4
      case .bfloat: 2
      case .byte: 1
      }
    }
  }

  private(set) var inputSize: ImageSize
  private(set) var layout: Layout
  var buffers: [Buffer] = []
  var steps: [Step] = []
  /// Where the picture goes: planes of red, green and blue, or with channels last cells of 2×2 pixels.
  var input = FeatureMaps(buffer: 0, offset: 0, channels: [])
  var heads: [HeadGrid] = []

  /// Lowers a model for an input size.
  ///
  /// - Throws: `InferenceError.missingTensor` if the model lacks a tensor or has it in another shape.
  init(model: Model, inputSize: ImageSize, layout: Layout) throws {
    let stride = Architecture.strides.last!
    guard inputSize.width % stride == 0, inputSize.height % stride == 0, inputSize.width > 0, inputSize.height > 0
    else {
      throw InferenceError.inputSize(inputSize)
    }
    self.inputSize = inputSize
    self.layout = layout
    var builder = ExecutionPlanBuilder(plan: self, model: model)
    try builder.build()
    self = builder.plan
  }

  mutating func addBuffer(channels: Int, stride: Int, element: Element? = nil, replaces: Int? = nil) -> Int {
    buffers.append(
      Buffer(
        channels: channels, height: inputSize.height / stride, width: inputSize.width / stride,
        element: element ?? layout.element, replaces: replaces))
    return buffers.count - 1
  }
}
