import CKernels
import COneDNN
import Kapao

/// Runs a oneDNN program in an arena of its own.
final class OneDNNExecutor: Executor {
  private enum Operation {
    case primitive(dnnl_primitive_t, [dnnl_exec_arg_t])
    case upsample(from: UnsafeRawPointer, to: UnsafeMutableRawPointer, Shape)
    case copy(from: UnsafeRawPointer, to: UnsafeMutableRawPointer, Shape)
  }

  /// The shape of what is enlarged or copied.
  private struct Shape {
    let channels: Int
    let height: Int
    let width: Int
    /// Channels of a cell of the output, where channels are last.
    let pitch: Int
  }

  /// Called with the range of the values of each convolution with an activation; in single precision only.
  var observer: ((_ name: String, _ range: ActivationRange) -> Void)?

  private let input: UnsafeMutableRawPointer
  private let program: OneDNNProgram
  private let stream: OneDNNStream
  private let arena: AlignedMemory
  private let scratchpad: AlignedMemory
  private var operations: [Operation] = []
  /// Memory objects of the arguments, kept alive.
  private var memories: [OneDNNMemory] = []
  /// Memory objects of the output grids, pointed at the caller's memory for each frame.
  private var heads: [(grid: Int, memory: OneDNNMemory)] = []

  init(_ program: OneDNNProgram) throws {
    self.program = program
    stream = try OneDNNStream(program.engine)
    arena = try AlignedMemory(bytes: program.arena.bytes)
    scratchpad = try AlignedMemory(bytes: max(1, Self.scratchBytes(program)))
    input = Self.address(program.input, program, arena)
    for operation in program.operations {
      switch operation {
      case .primitive(let primitive, let arguments):
        var execution = try arguments.map { dnnl_exec_arg_t(arg: $0.index, memory: try memory($0.argument).handle) }
        if let layout = primitive.scratchpad {
          let scratch = try OneDNNMemory(layout, engine: program.engine, pointer: scratchpad.base)
          memories.append(scratch)
          execution.append(dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratch.handle))
        }
        operations.append(.primitive(primitive.handle, execution))
      case .upsample(let from, let to):
        operations.append(
          .upsample(
            from: Self.address(from, program, arena), to: Self.address(to, program, arena), shape(from, to)))
      case .copy(let from, let to):
        operations.append(
          .copy(from: Self.address(from, program, arena), to: Self.address(to, program, arena), shape(from, to)))
      }
    }
  }

  func run(into output: HeadOutput) throws {
    omp_set_num_threads(Int32(program.threads))
    try SharedRows.apart(threads: program.threads) { try execute(into: output) }
  }

  private func execute(into output: HeadOutput) throws {
    for (grid, memory) in heads { try memory.point(to: output.destination(of: grid).baseAddress!) }
    for (index, operation) in operations.enumerated() {
      switch operation {
      case .primitive(let primitive, let arguments):
        try stream.execute(primitive, arguments)
      case .upsample(let from, let to, let shape):
        upsample(from, to, shape)
      case .copy(let from, let to, let shape):
        copy(from, to, shape)
      }
      if let observer { try show(program.outputs[index], to: observer) }
    }
    try stream.wait()
  }

  func load(_ image: LetterboxedImage) {
    let cells = Int32(image.pixels.count / 3)
    switch program.precision {
    case .fp32, .fp16: kapao_planes_u8(image.pixels, cells, input.assumingMemoryBound(to: Float.self))
    case .int8: load(image.pixels)
    }
  }

  func load(_ image: FloatImage) {
    let cells = Int32(image.pixels.count / 3)
    switch program.precision {
    case .fp32, .fp16: kapao_planes_f32(image.pixels, cells, input.assumingMemoryBound(to: Float.self))
    case .int8:
      var bytes = [UInt8](repeating: 0, count: image.pixels.count)
      kapao_bytes_f32(image.pixels, 3 * cells, &bytes)
      load(bytes)
    }
  }

  private func load(_ pixels: [UInt8]) {
    let buffer = program.buffers[program.input.buffer]
    let (row, input) = (12 * buffer.width, input.assumingMemoryBound(to: UInt8.self))
    pixels.withUnsafeBufferPointer { pixels in
      SharedRows.run(buffer.height, threads: program.threads) { rows in
        kapao_focus(
          pixels.baseAddress! + rows.lowerBound * row, Int32(rows.count), Int32(buffer.width),
          input + rows.lowerBound * row)
      }
    }
  }

  private func show(
    _ outputs: [(name: String, maps: FeatureMaps)], to observer: (String, ActivationRange) -> Void
  ) throws {
    precondition(program.precision == .fp32, "only floats are watched")
    try stream.wait()
    for (name, maps) in outputs {
      let buffer = program.buffers[maps.buffer]
      let block = program.layout.block
      let count = maps.channels.count
      var low = [Float](repeating: 0, count: count)
      var high = low
      kapao_range(
        Self.address(maps, program, arena).assumingMemoryBound(to: Float.self), Int32(count / block),
        Int32(buffer.height * buffer.width), Int32(block), &low, &high)
      let real = maps.channels.indices.filter { maps.channels[$0] != nil }
      observer(name, ActivationRange(low: real.map { low[$0] }, high: real.map { high[$0] }))
    }
  }

  private func upsample(_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ shape: Shape) {
    let width = Int32(shape.width)
    switch program.layout {
    case .planar(let block):
      let row = shape.width * block
      SharedRows.run(shape.channels / block * shape.height, threads: program.threads) { rows in
        kapao_upsample(
          from.assumingMemoryBound(to: Float.self) + rows.lowerBound * row, 1, Int32(rows.count), width, Int32(block),
          to.assumingMemoryBound(to: Float.self) + rows.lowerBound * row * 4)
      }
    case .channelsLast:
      SharedRows.run(shape.height, threads: program.threads) { rows in
        kapao_upsample_cells(
          from.assumingMemoryBound(to: UInt8.self) + rows.lowerBound * shape.width * shape.channels, Int32(rows.count),
          width, Int32(shape.channels), Int32(shape.pitch),
          to.assumingMemoryBound(to: UInt8.self) + rows.lowerBound * shape.width * shape.pitch * 4)
      }
    }
  }

  private func copy(_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ shape: Shape) {
    SharedRows.run(shape.height * shape.width, threads: program.threads) { cells in
      kapao_copy_cells(
        from.assumingMemoryBound(to: UInt8.self) + cells.lowerBound * shape.channels, Int32(cells.count),
        Int32(shape.channels), Int32(shape.pitch),
        to.assumingMemoryBound(to: UInt8.self) + cells.lowerBound * shape.pitch)
    }
  }

  private func shape(_ from: FeatureMaps, _ to: FeatureMaps) -> Shape {
    let buffer = program.buffers[from.buffer]
    return Shape(
      channels: from.channels.count, height: buffer.height, width: buffer.width,
      pitch: program.buffers[to.buffer].channels)
  }

  private func memory(_ argument: OneDNNProgram.Argument) throws -> OneDNNMemory {
    switch argument {
    case .weights(let memory):
      return memory
    case .maps(let maps, let layout):
      let memory = try OneDNNMemory(layout, engine: program.engine, pointer: Self.address(maps, program, arena))
      memories.append(memory)
      return memory
    case .head(let grid, let layout):
      // Never read before `run` points it elsewhere.
      let memory = try OneDNNMemory(layout, engine: program.engine, pointer: arena.base)
      heads.append((grid, memory))
      return memory
    }
  }

  private static func address(
    _ maps: FeatureMaps, _ program: OneDNNProgram, _ arena: AlignedMemory
  ) -> UnsafeMutableRawPointer {
    let buffer = program.buffers[maps.buffer]
    let cells = program.precision == .int8 ? 1 : buffer.height * buffer.width
    return arena.base + program.arena.offsets[maps.buffer] + maps.offset * cells * buffer.element.bytes
  }

  private static func scratchBytes(_ program: OneDNNProgram) -> Int {
    program.operations.reduce(0) { largest, operation in
      guard case .primitive(let primitive, _) = operation else { return largest }
      return max(largest, primitive.scratchBytes)
    }
  }
}
