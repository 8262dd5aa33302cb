import CKernels
import COneDNN
import Kapao

/// Runs a oneDNN program in an arena of its own.
final class OneDNNExecutor: Executor {
  private enum Operation {
    case primitive(dnnl_primitive_t, [dnnl_exec_arg_t])
    case upsample(from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, planes: Int, height: Int, width: Int)
  }

  let input: UnsafeMutablePointer<Float>
  private let program: OneDNNProgram
  private let stream: OneDNNStream
  private let arena: FloatMemory
  private let scratchpad: FloatMemory
  private var operations: [Operation] = []
  /// Memory objects of the arguments, kept alive.
  private var memories: [OneDNNMemory] = []
  /// Memory objects of the output grids, pointed at the caller's memory for each frame.
  private var heads: [(grid: Int, memory: OneDNNMemory)] = []

  init(_ program: OneDNNProgram) throws {
    self.program = program
    stream = try OneDNNStream(program.engine)
    arena = FloatMemory(count: program.arena.count)
    scratchpad = FloatMemory(count: (Self.scratchBytes(program) + 3) / 4 + 1)
    input = Self.address(program.input, program, arena)
    for operation in program.operations {
      switch operation {
      case .primitive(let primitive, let arguments):
        var execution = try arguments.map { dnnl_exec_arg_t(arg: $0.index, memory: try memory($0.argument).handle) }
        let scratch = try OneDNNMemory(primitive.scratchpad, engine: program.engine, pointer: scratchpad.base)
        memories.append(scratch)
        execution.append(dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratch.handle))
        operations.append(.primitive(primitive.handle, execution))
      case .upsample(let from, let to):
        let buffer = program.buffers[from.buffer]
        operations.append(
          .upsample(
            from: Self.address(from, program, arena), to: Self.address(to, program, arena),
            planes: from.channels.count / program.block, height: buffer.height, width: buffer.width))
      }
    }
  }

  func run(into output: HeadOutput) throws {
    omp_set_num_threads(Int32(program.threads))
    for (grid, memory) in heads { try memory.point(to: output.destination(of: grid).baseAddress!) }
    for operation in operations {
      switch operation {
      case .primitive(let primitive, let arguments):
        try stream.execute(primitive, arguments)
      case .upsample(let from, let to, let planes, let height, let width):
        kapao_upsample(from, Int32(planes), Int32(height), Int32(width), Int32(program.block), to)
      }
    }
    try stream.wait()
  }

  private func memory(_ argument: OneDNNProgram.Argument) throws -> OneDNNMemory {
    switch argument {
    case .weights(let memory):
      return memory
    case .maps(let maps, let description):
      let memory = try OneDNNMemory(
        description, engine: program.engine, pointer: Self.address(maps, program, arena))
      memories.append(memory)
      return memory
    case .head(let grid, let description):
      // Never read before `run` points it elsewhere.
      let memory = try OneDNNMemory(description, engine: program.engine, pointer: arena.base)
      heads.append((grid, memory))
      return memory
    }
  }

  private static func address(
    _ maps: FeatureMaps, _ program: OneDNNProgram, _ arena: FloatMemory
  ) -> UnsafeMutablePointer<Float> {
    let buffer = program.buffers[maps.buffer]
    return arena.base + program.arena.offsets[maps.buffer] + maps.offset * buffer.height * buffer.width
  }

  private static func scratchBytes(_ program: OneDNNProgram) -> Int {
    program.operations.reduce(0) { largest, operation in
      guard case .primitive(let primitive, _) = operation else { return largest }
      return max(largest, withUnsafePointer(to: primitive.scratchpad) { dnnl_memory_desc_get_size($0) })
    }
  }
}
