import COpenBLAS
import Kapao

/// A network over OpenBLAS: im2col in tiles, matrix multiplication, bias and SiLU.
final class OpenBLASProgram: Program {
  let plan: ExecutionPlan
  let arena: Arena
  let threads: Int
  var heads: [HeadGrid] { plan.heads }

  init(model: Model, inputSize: ImageSize, threads: Int) throws {
    plan = try ExecutionPlan(model: model, inputSize: inputSize, block: 1)
    arena = Arena(plan)
    self.threads = threads
  }

  func makeExecutor() throws -> any Executor { OpenBLASExecutor(self) }
}
