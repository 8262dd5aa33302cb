import CKernels
import Foundation
import Kapao
import Support

/// A network in ONNX Runtime: the model's own ONNX export, with the outputs as they come from the network.
final class ONNXRuntimeProgram: Program {
  let heads: [HeadGrid]
  fileprivate let session: ONNXRuntimeSession
  fileprivate let inputSize: ImageSize
  /// Where images of several threads are put together; `nil` where each is computed by itself, on the thread that asks.
  fileprivate let batches: DeviceBatches?

  init(
    model: Model, inputSize: ImageSize, precision: Precision, threads: Int, options: ONNXRuntimeOptions
  ) throws {
    // Looks whether the model is complete, too.
    heads = try ExecutionPlan(model: model, inputSize: inputSize, layout: .planar(block: 1)).heads
    let library = try ONNXRuntimeLibrary.load(options.library)
    let (device, batch) = try library.usable(options)
    var export = ONNXExport()
    export.inputSize = inputSize
    // MIGraphX prepares for each number of images anew.
    export.batch = batch == 1 || device == .migraphx ? batch : nil
    export.isHalf = precision == .fp16
    export.isDecoded = false
    if device == .tensorrt {
      Notice.send(
        "preparing TensorRT for \(inputSize); the first time takes minutes, later ones use what is kept in \(try EngineCache.folder(options.cache))"
      )
    }
    session = try ONNXRuntimeSession(
      library, try export.encoded(model),
      ONNXRuntimeSession.Options(
        library, device, options, threads: threads, isHalf: precision == .fp16,
        shape: [batch, 3, inputSize.height, inputSize.width]))
    if options.device == .auto {
      Notice.send("ONNX Runtime \(library.version) computes on: \(device.rawValue)")
    }
    self.inputSize = inputSize
    let isCard = [.cuda, .tensorrt, .migraphx].contains(device)
    batches =
      batch == 1 && !isCard
      ? nil
      : DeviceBatches(
        session, heads: heads, inputSize: inputSize, batch: batch, isFixed: device == .migraphx, device: device,
        id: options.deviceID)
  }

  func makeExecutor() throws -> any Executor { try ONNXRuntimeExecutor(self) }

  /// The name of a grid's output.
  static func name(_ grid: HeadGrid) -> String { "raw\(grid.stride)" }
}

/// Runs a network in ONNX Runtime for one thread.
private final class ONNXRuntimeExecutor: Executor {
  private let program: ONNXRuntimeProgram
  private let input: AlignedMemory?
  private var picture = Picture.none

  private enum Picture {
    case none
    case bytes(LetterboxedImage)
    case floats(FloatImage)

    func write(to planes: UnsafeMutablePointer<Float>) {
      switch self {
      case .none: break
      case .bytes(let image): kapao_planes_u8(image.pixels, Int32(image.pixels.count / 3), planes)
      case .floats(let image): kapao_planes_f32(image.pixels, Int32(image.pixels.count / 3), planes)
      }
    }
  }

  init(_ program: ONNXRuntimeProgram) throws {
    self.program = program
    let size = program.inputSize
    input =
      program.batches == nil
      ? try AlignedMemory(bytes: 3 * size.width * size.height * MemoryLayout<Float>.stride) : nil
  }

  func load(_ image: LetterboxedImage) { picture = .bytes(image) }

  func load(_ image: FloatImage) { picture = .floats(image) }

  func run(into output: HeadOutput) throws {
    if let batches = program.batches { return try batches.run(picture.write, into: output) }
    let planes = input!.floats
    picture.write(to: planes)
    try program.session.run(
      .init(name: "images", shape: [1, 3, program.inputSize.height, program.inputSize.width], start: planes),
      program.heads.enumerated().map { index, grid in
        .init(
          name: ONNXRuntimeProgram.name(grid), shape: [1, grid.channels, grid.height, grid.width],
          start: output.destination(of: index).baseAddress!)
      })
  }
}

/// Puts images that several threads bring at about the same time into batches for a device: whoever comes while the
/// device is at work shares the next batch, and nobody waits for a batch to fill.
final class DeviceBatches: @unchecked Sendable {
  // @unchecked: everything is only touched under the condition's lock, but the memory of a place, which belongs to the
  // thread that has taken it, and that of a batch, which belongs to its leader while it runs.

  /// Runs at the same time: one is copied while the other is computed.
  private static let mostRunning = 2

  /// A batch, from the first image until everybody has taken what came out.
  private final class Batch {
    let input: UnsafeMutablePointer<Float>
    let outputs: [UnsafeMutablePointer<Float>]
    private let plain: AlignedMemory?
    let pinned: ONNXRuntimeSession.PinnedMemory?
    /// Places that are taken, filled, and not yet given back.
    var (taken, filled, left) = (0, 0, 0)
    var isDone = false
    var error: (any Error)?

    init(_ session: ONNXRuntimeSession, _ sizes: [Int], _ device: ComputeDevice, _ id: Int) throws {
      let floats = sizes.reduce(0, +)
      pinned = session.pinnedMemory(floats: floats, device: device, id: id)
      plain = pinned == nil ? try AlignedMemory(bytes: floats * MemoryLayout<Float>.stride) : nil
      var start = pinned?.start ?? plain!.floats
      let starts = sizes.map { size in
        defer { start += size }
        return start
      }
      input = starts[0]
      outputs = Array(starts.dropFirst())
    }
  }

  private let condition = NSCondition()
  private let session: ONNXRuntimeSession
  private let heads: [HeadGrid]
  private let inputSize: ImageSize
  private let batch: Int
  private let isFixed: Bool
  private let makeBatch: () throws -> Batch
  private var idle: [Batch] = []
  private var made = 0
  private var running = 0
  /// The batch that takes images.
  private var forming: Batch?

  init(
    _ session: ONNXRuntimeSession, heads: [HeadGrid], inputSize: ImageSize, batch: Int, isFixed: Bool,
    device: ComputeDevice, id: Int
  ) {
    self.session = session
    self.heads = heads
    self.inputSize = inputSize
    self.batch = batch
    self.isFixed = isFixed
    let sizes = [3 * inputSize.width * inputSize.height] + heads.map(\.count)
    makeBatch = { try Batch(session, sizes.map { $0 * batch }, device, id) }
  }

  /// Computes the output of one image, which `write` puts where the network reads it, together with those that others bring.
  ///
  /// - Throws: `InferenceError.device`, for every image of the batch.
  func run(_ write: (UnsafeMutablePointer<Float>) -> Void, into output: HeadOutput) throws {
    condition.lock()
    let batch: Batch
    do {
      batch = try join()
    } catch {
      condition.unlock()
      throw error
    }
    let place = batch.taken
    batch.taken += 1
    if batch.taken == self.batch { forming = nil }
    condition.unlock()
    write(batch.input + place * 3 * inputSize.width * inputSize.height)
    condition.lock()
    batch.filled += 1
    condition.broadcast()
    if place == 0 {
      while running >= Self.mostRunning || batch.filled < batch.taken { condition.wait() }
      if forming === batch { forming = nil }
      running += 1
      let count = batch.taken
      condition.unlock()
      let result = Result { try compute(batch, count) }
      condition.lock()
      running -= 1
      if case .failure(let error) = result { batch.error = error }
      (batch.isDone, batch.left) = (true, count)
      condition.broadcast()
    } else {
      while !batch.isDone { condition.wait() }
    }
    condition.unlock()
    let error = batch.error
    if error == nil {
      for (grid, start) in batch.outputs.enumerated() {
        let count = heads[grid].count
        output.destination(of: grid).baseAddress!.update(from: start + place * count, count: count)
      }
    }
    condition.withLock { leave(batch) }
    if let error { throw error }
  }

  /// The batch that takes images; under the lock.
  private func join() throws -> Batch {
    while true {
      if let forming { return forming }
      if let free = idle.popLast() {
        forming = free
      } else if made <= Self.mostRunning {
        forming = try makeBatch()
        made += 1
      } else {
        condition.wait()
      }
    }
  }

  /// Gives a place back; under the lock.
  private func leave(_ batch: Batch) {
    batch.left -= 1
    guard batch.left == 0 else { return }
    (batch.taken, batch.filled, batch.isDone, batch.error) = (0, 0, false, nil)
    idle.append(batch)
    condition.broadcast()
  }

  private func compute(_ batch: Batch, _ count: Int) throws {
    // Few different numbers, as a device prepares for each.
    var images = isFixed ? self.batch : 1
    while images < count { images *= 2 }
    images = min(images, self.batch)
    try session.run(
      .init(name: "images", shape: [images, 3, inputSize.height, inputSize.width], start: batch.input),
      zip(heads, batch.outputs).map { grid, start in
        .init(
          name: ONNXRuntimeProgram.name(grid), shape: [images, grid.channels, grid.height, grid.width], start: start)
      },
      pinned: batch.pinned)
  }
}
