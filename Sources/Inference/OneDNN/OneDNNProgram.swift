import COneDNN
import Kapao

/// A network compiled with oneDNN: blocked layouts from end to end, weights reordered once, SiLU and the residual add
/// as post-operations.
final class OneDNNProgram: Program, @unchecked Sendable {
  // @unchecked: everything is built in the initialiser and only read afterwards.

  /// What an argument of a primitive refers to.
  enum Argument {
    case weights(OneDNNMemory)
    case maps(FeatureMaps, dnnl_memory_desc_t)
    case head(Int, dnnl_memory_desc_t)
  }

  /// One step: a primitive and its arguments, or an enlargement, which is plain copying.
  enum Operation {
    case primitive(OneDNNPrimitive, [(index: Int32, argument: Argument)])
    case upsample(FeatureMaps, FeatureMaps)
  }

  let engine: OneDNNEngine
  let buffers: [ExecutionPlan.Buffer]
  let arena: Arena
  let input: FeatureMaps
  let heads: [HeadGrid]
  let block: Int
  let threads: Int
  let operations: [Operation]

  init(model: Model, inputSize: ImageSize, threads: Int) throws {
    let plan = try ExecutionPlan(model: model, inputSize: inputSize, block: OneDNNEngine.block)
    let engine = try OneDNNEngine()
    // Primitives are compiled for the number of threads that the calling thread has set.
    let previous = omp_get_max_threads()
    omp_set_num_threads(Int32(threads))
    defer { omp_set_num_threads(previous) }
    let compiler = OneDNNCompiler(engine: engine, plan: plan)
    operations = try plan.steps.map(compiler.operation)
    self.engine = engine
    self.threads = threads
    buffers = plan.buffers
    arena = Arena(plan)
    input = plan.input
    heads = plan.heads
    block = plan.block
  }

  func makeExecutor() throws -> any Executor { try OneDNNExecutor(self) }
}
