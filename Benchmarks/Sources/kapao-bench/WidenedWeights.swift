import Kapao

/// A network twice as wide as another that finds what the other finds: timing does not depend on weights, but how many
/// people are drawn and encoded does.
///
/// Channel c of the narrow network is channel 2c of the wide one, in concatenations too, and depends on such channels
/// alone; those between them have random weights that keep the signal alive through all layers.
struct WidenedWeights {
  /// Mean square that SiLU is taken to leave of a variance of one.
  private static let activationPower: Float = 0.38

  private let narrow: Model
  private var random: SplitMix64

  init(_ narrow: Model, seed: UInt64) {
    self.narrow = narrow
    random = SplitMix64(state: seed)
  }

  mutating func model() throws -> Model {
    let given = narrow.architecture
    let architecture = Architecture(
      keypointCount: given.keypointCount, widthMultiple: 2 * given.widthMultiple, depthMultiple: given.depthMultiple,
      anchors: given.anchors)
    var tensors: [String: Tensor] = [:]
    for (wide, convolution) in zip(architecture.definition.convolutions, given.definition.convolutions) {
      let (weights, bias) = widened(wide, convolution)
      tensors["\(wide.name).weight"] = Tensor(shape: wide.shape, values: weights)
      tensors["\(wide.name).bias"] = Tensor(shape: [wide.outputs], values: bias)
    }
    var model = try Model(architecture: architecture, tensors: tensors, name: "\(narrow.name), widened")
    model.preset = narrow.preset
    return model
  }

  private mutating func widened(
    _ wide: NetworkDefinition.Convolution, _ convolution: NetworkDefinition.Convolution
  ) -> (weights: [Float], bias: [Float]) {
    let area = wide.kernel * wide.kernel
    // The picture's channels and the output's predictions do not get more.
    let (across, down) = (wide.inputs / convolution.inputs, wide.outputs / convolution.outputs)
    let reach = (3 / (Float(wide.inputs * area) * Self.activationPower)).squareRoot()
    var weights = (0..<wide.outputs * wide.inputs * area).map { _ in Float.random(in: -reach...reach, using: &random) }
    var bias = [Float](repeating: 0, count: wide.outputs)
    let given = narrow.tensors["\(convolution.name).weight"]!
    let givenBias = narrow.tensors["\(convolution.name).bias"]!
    for output in 0..<convolution.outputs {
      let row = down * output * wide.inputs * area
      for index in 0..<wide.inputs * area { weights[row + index] = 0 }
      for input in 0..<convolution.inputs {
        for tap in 0..<area {
          weights[row + across * input * area + tap] =
            given.values[(output * convolution.inputs + input) * area + tap]
        }
      }
      bias[down * output] = givenBias.values[output]
    }
    return (weights, bias)
  }
}
