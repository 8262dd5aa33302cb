/// A convolution's weight and bias with the batch normalisation after it folded in.
///
/// With γ, β, μ, σ² of the normalisation: weight · γ/√(σ² + ε), and β + (bias − μ) · γ/√(σ² + ε).
struct FoldedConvolution {
  let weight: Tensor
  let bias: Tensor

  /// Reads a convolution of `network`; its parent may hold a normalisation under the name `bn`.
  init(_ convolution: NetworkDefinition.Convolution, in network: CheckpointModule) throws {
    var parent = network
    var path = convolution.name.split(separator: ".").map(String.init)
    let name = path.removeLast()
    for name in path { parent = try parent.child(name) }
    let module = try parent.child(name, "Conv2d")
    let weight = try module.tensor("weight", shape: convolution.shape)
    let outputs = convolution.shape[0]
    let bias =
      module.hasTensor("bias")
      ? try module.tensor("bias", shape: [outputs])
      : Tensor(shape: [outputs], values: Array(repeating: 0, count: outputs))
    guard parent.hasChild("bn") else {
      self.weight = weight
      self.bias = bias
      return
    }
    let normalisation = try parent.child("bn", "BatchNorm2d")
    guard let epsilon = normalisation.attribute("eps")?.number else {
      throw CheckpointError.network("\(normalisation.path).eps", expected: "a number", found: "missing")
    }
    func perChannel(_ name: String) throws -> [Double] {
      try normalisation.tensor(name, shape: [outputs]).values.map(Double.init)
    }
    let (gamma, beta) = (try perChannel("weight"), try perChannel("bias"))
    let (mean, variance) = (try perChannel("running_mean"), try perChannel("running_var"))
    let scales = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }

    let inputs = weight.values.count / outputs
    self.weight = Tensor(
      shape: weight.shape,
      values: [Float](unsafeUninitializedCapacity: weight.values.count) { folded, count in
        for output in 0..<outputs {
          for index in output * inputs..<(output + 1) * inputs {
            folded[index] = Float(Double(weight.values[index]) * scales[output])
          }
        }
        count = weight.values.count
      })
    self.bias = Tensor(
      shape: [outputs],
      values: (0..<outputs).map { Float(beta[$0] + (Double(bias.values[$0]) - mean[$0]) * scales[$0]) })
  }
}
