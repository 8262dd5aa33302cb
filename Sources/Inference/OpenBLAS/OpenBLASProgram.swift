import COpenBLAS
import Kapao

/// A network over OpenBLAS: im2col in tiles, matrix multiplication, bias and SiLU.
final class OpenBLASProgram: Program {
  let plan: ExecutionPlan
  let arena: Arena
  /// Weights and biases of the plan's steps, empty for those that are no convolutions.
  let parameters: [(weights: [Float], bias: [Float])]
  let threads: Int
  var heads: [HeadGrid] { plan.heads }

  init(model: Model, inputSize: ImageSize, threads: Int) throws {
    plan = try ExecutionPlan(model: model, inputSize: inputSize, layout: .planar(block: 1))
    arena = Arena(plan)
    parameters = plan.steps.map { step in
      guard case .convolution(let convolution) = step else { return ([], []) }
      return (convolution.weights(), convolution.bias())
    }
    self.threads = threads
  }

  func makeExecutor() throws -> any Executor { try OpenBLASExecutor(self) }
}
