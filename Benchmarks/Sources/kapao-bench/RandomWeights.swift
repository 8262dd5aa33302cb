import Kapao

/// Random weights that keep the signal alive through all layers, so that outputs depend on every weight and on the
/// picture, and implementations can be compared by them.
struct RandomWeights {
  /// Mean square that SiLU is taken to leave of a variance of one. At 0.42 the signal dies out in the last layers, at
  /// the 0.36 of a normal variable it grows a thousandfold.
  private static let activationPower: Float = 0.38
  /// What the output convolutions make of that.
  private static let headGain: Float = 1.0 / 30
  /// Objectness of all predictions and score of all people before the sigmoid: real footage has some people then.
  private static let objectness: Float = -1.1
  private static let person: Float = 4

  /// How far keypoints lie from where their person is found: the people drawn are of the size of people.
  private static let spread: Float = 0.15

  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  mutating func model(_ architecture: Architecture) throws -> Model {
    var tensors: [String: Tensor] = [:]
    for convolution in architecture.definition.convolutions {
      let inputs = convolution.inputs * convolution.kernel * convolution.kernel
      let gain = convolution.isNormalised ? 1 : Self.headGain
      let reach = gain * (3 / (Float(inputs) * Self.activationPower)).squareRoot()
      var weights = (0..<convolution.outputs * inputs).map { _ in Float.random(in: -reach...reach, using: &random) }
      var bias = [Float](repeating: 0, count: convolution.outputs)
      if !convolution.isNormalised {
        for anchor in 0..<Architecture.anchorsPerGrid {
          let first = anchor * architecture.channelsPerAnchor
          bias[first + 4] = Self.objectness
          bias[first + 5] = Self.person
          let keypoints = first + 5 + architecture.classCount..<first + architecture.channelsPerAnchor
          for index in keypoints.lowerBound * inputs..<keypoints.upperBound * inputs { weights[index] *= Self.spread }
        }
      }
      tensors["\(convolution.name).weight"] = Tensor(shape: convolution.shape, values: weights)
      tensors["\(convolution.name).bias"] = Tensor(shape: [convolution.outputs], values: bias)
    }
    return try Model(architecture: architecture, tensors: tensors, name: "\(architecture.name), random weights")
  }
}
