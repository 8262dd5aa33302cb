import Kapao

/// A network lowered for one input size: steps over buffers, with concatenation by placement.
///
/// Layers that are concatenated write into neighbouring channels of one buffer, so that concatenation costs nothing.
/// The two convolutions that read a C3 block's input are merged. Channels are padded to the backend's block with zeros,
/// which SiLU keeps at zero.
struct ExecutionPlan {
  /// What a step does.
  enum Step {
    case convolution(ConvolutionStep)
    /// Maximum over a window of `kernel` × `kernel` cells, stride 1.
    case maximum(input: FeatureMaps, output: FeatureMaps, kernel: Int)
    /// Nearest-neighbour enlargement by two.
    case upsample(input: FeatureMaps, output: FeatureMaps)
  }

  /// Shape of a buffer; channels include padding.
  struct Buffer {
    let channels: Int
    let height: Int
    let width: Int
    var count: Int { channels * height * width }
  }

  private(set) var inputSize: ImageSize
  /// Channels that lie side by side in memory.
  private(set) var block: Int
  var buffers: [Buffer] = []
  var steps: [Step] = []
  /// Where the picture goes: red, green and blue.
  var input = FeatureMaps(buffer: 0, offset: 0, channels: [])
  var heads: [HeadGrid] = []

  /// Lowers a model for an input size.
  ///
  /// - Throws: `InferenceError.missingTensor` if the model lacks a tensor or has it in another shape.
  init(model: Model, inputSize: ImageSize, block: Int) throws {
    let stride = Architecture.strides.last!
    guard inputSize.width % stride == 0, inputSize.height % stride == 0, inputSize.width > 0, inputSize.height > 0
    else {
      throw InferenceError.inputSize(inputSize)
    }
    self.inputSize = inputSize
    self.block = block
    var builder = ExecutionPlanBuilder(plan: self, model: model)
    try builder.build()
    self = builder.plan
  }

  mutating func addBuffer(channels: Int, stride: Int) -> Int {
    buffers.append(Buffer(channels: channels, height: inputSize.height / stride, width: inputSize.width / stride))
    return buffers.count - 1
  }

}
