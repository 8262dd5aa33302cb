import CKernels
import COpenBLAS
import Kapao

/// Runs a plan over OpenBLAS in an arena of its own.
final class OpenBLASExecutor: Executor {
  /// Floats of one tile of the im2col matrix: it stays in the second-level cache.
  private static let tile = 1 << 17

  private let input: UnsafeMutablePointer<Float>
  private let program: OpenBLASProgram
  private var plan: ExecutionPlan { program.plan }
  private let arena: AlignedMemory
  private let columns: AlignedMemory
  private let columnCount: Int

  init(_ program: OpenBLASProgram) throws {
    self.program = program
    arena = try AlignedMemory(bytes: program.arena.bytes)
    let widest = program.plan.steps.reduce(0) { widest, step in
      guard case .convolution(let convolution) = step else { return widest }
      return max(widest, convolution.input.channels.count * convolution.kernel * convolution.kernel)
    }
    columnCount = max(Self.tile, widest * 16)
    columns = try AlignedMemory(bytes: columnCount * MemoryLayout<Float>.stride)
    input = (arena.base + program.arena.offsets[program.plan.input.buffer]).assumingMemoryBound(to: Float.self)
  }

  func run(into output: HeadOutput) throws {
    openblas_set_num_threads(Int32(program.threads))
    for (step, parameters) in zip(plan.steps, program.parameters) {
      switch step {
      case .convolution(let convolution):
        run(convolution, parameters.weights, parameters.bias, into: output)
      case .maximum(let from, let to, let kernel):
        let buffer = plan.buffers[from.buffer]
        kapao_max_pool(
          address(from), Int32(from.channels.count), Int32(buffer.height), Int32(buffer.width), Int32(kernel),
          address(to))
      case .upsample(let from, let to):
        let buffer = plan.buffers[from.buffer]
        kapao_upsample(
          address(from), Int32(from.channels.count), Int32(buffer.height), Int32(buffer.width), 1, address(to))
      case .copy:
        preconditionFailure("planar plans have no copies")
      }
    }
  }

  func load(_ image: LetterboxedImage) { kapao_planes_u8(image.pixels, Int32(image.pixels.count / 3), input) }

  func load(_ image: FloatImage) { kapao_planes_f32(image.pixels, Int32(image.pixels.count / 3), input) }

  private func run(_ step: ConvolutionStep, _ weights: [Float], _ bias: [Float], into output: HeadOutput) {
    let source = plan.buffers[step.input.buffer]
    let target =
      switch step.output {
      case .maps(let maps): address(maps)
      case .head(let grid): output.destination(of: grid).baseAddress!
      }
    let cells = (source.height / step.stride) * (source.width / step.stride)
    let depth = step.input.channels.count * step.kernel * step.kernel
    let isPointwise = step.kernel == 1 && step.stride == 1
    // A tile of the output: all channels of `width` cells, finished while it is in the cache.
    let width = max(16, min(cells, columnCount / depth))
    let residual = step.residual.map(address)
    for first in stride(from: 0, to: cells, by: width) {
      let count = min(width, cells - first)
      if !isPointwise {
        kapao_im2col(
          address(step.input), Int32(step.input.channels.count), Int32(source.height), Int32(source.width),
          Int32(step.kernel), Int32(step.stride), Int32(first), Int32(count), columns.floats)
      }
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(step.outputChannels), Int32(count), Int32(depth), 1,
        weights, Int32(depth), isPointwise ? address(step.input) + first : columns.floats,
        Int32(isPointwise ? cells : count), 0, target + first, Int32(cells))
      for channel in 0..<step.outputChannels {
        kapao_bias_silu_add(
          target + channel * cells + first, bias[channel], step.activates ? 1 : 0,
          residual.map { UnsafePointer($0 + channel * cells + first) }, Int32(count))
      }
    }
  }

  private func address(_ maps: FeatureMaps) -> UnsafeMutablePointer<Float> {
    let buffer = plan.buffers[maps.buffer]
    let start = (arena.base + program.arena.offsets[maps.buffer]).assumingMemoryBound(to: Float.self)
    return start + maps.offset * buffer.height * buffer.width
  }
}
