import COneDNN
import Kapao

/// A network compiled with oneDNN: one layout from end to end, blocked in single precision and channels last in int8,
/// weights reordered once, SiLU and the residual add as post-operations.
final class OneDNNProgram: Program, @unchecked Sendable {
  // @unchecked: everything is built in the initialiser and only read afterwards.

  /// What an argument of a primitive refers to.
  enum Argument {
    case weights(OneDNNMemory)
    case maps(FeatureMaps, OneDNNLayout)
    case head(Int, OneDNNLayout)
  }

  /// An argument with oneDNN's number for what it is.
  typealias NumberedArgument = (index: Int32, argument: Argument)

  /// One step: a primitive and its arguments, or plain copying.
  enum Operation {
    case primitive(OneDNNPrimitive, [NumberedArgument])
    case upsample(FeatureMaps, FeatureMaps)
    case copy(FeatureMaps, FeatureMaps)
  }

  let engine: OneDNNEngine
  let buffers: [ExecutionPlan.Buffer]
  let arena: Arena
  let input: FeatureMaps
  let heads: [HeadGrid]
  let layout: ExecutionPlan.Layout
  let precision: Precision
  let threads: Int
  let operations: [Operation]
  /// What each operation gives that is worth watching: the outputs of convolutions with an activation, by name.
  let outputs: [[(name: String, maps: FeatureMaps)]]

  init(model: Model, inputSize: ImageSize, precision: Precision, threads: Int) throws {
    let layout =
      precision == .fp32
      ? ExecutionPlan.Layout.planar(block: OneDNNEngine.block)
      : .channelsLast(real: OneDNNEngine.computesBFloat ? .bfloat : .float)
    let plan = try ExecutionPlan(model: model, inputSize: inputSize, layout: layout)
    let engine = try OneDNNEngine()
    // Primitives are compiled for the number of threads that the calling thread has set.
    let previous = omp_get_max_threads()
    omp_set_num_threads(Int32(threads))
    defer { omp_set_num_threads(previous) }
    let quantization =
      precision == .fp32
      ? nil : try Quantization(plan, ranges: model.activationRanges, limit: OneDNNEngine.weightLimit)
    let compiler = OneDNNCompiler(engine: engine, plan: plan, quantization: quantization)
    operations = try plan.steps.map(compiler.operation)
    outputs = plan.steps.map { step in
      guard case .convolution(let step) = step, case .maps(let maps) = step.output else { return [] }
      return step.outputs(in: maps)
    }
    self.engine = engine
    self.threads = threads
    buffers = plan.buffers
    arena = Arena(plan)
    input = plan.input
    heads = plan.heads
    self.layout = layout
    self.precision = precision
  }

  func makeExecutor() throws -> any Executor { try OneDNNExecutor(self) }
}
