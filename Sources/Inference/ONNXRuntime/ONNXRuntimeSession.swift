import COnnxRuntime
import Foundation
import Support

/// A network in ONNX Runtime: weights and code, which any number of threads may run.
final class ONNXRuntimeSession: @unchecked Sendable {
  // @unchecked: ONNX Runtime's sessions may be run by several threads at the same time.

  let library: ONNXRuntimeLibrary
  private let handle: OpaquePointer
  private let plainMemory: OpaquePointer

  /// Floats in memory that the network reads or writes.
  struct Tensor {
    /// The name in the graph.
    let name: String
    let shape: [Int]
    let start: UnsafeMutablePointer<Float>
    var count: Int { shape.reduce(1, *) }
  }

  /// - Throws: `InferenceError.noRuntime` where the library cannot make anything of the network or the device.
  init(_ library: ONNXRuntimeLibrary, _ model: [UInt8], _ options: Options) throws {
    self.library = library
    plainMemory = try library.make(library.api.CreateCpuMemoryInfo, "CreateCpuMemoryInfo") {
      $0(Int32(kOrtDeviceAllocator), Int32(kOrtMemTypeDefault), $1)
    }
    let made = options.handle
    do {
      handle = try library.make(library.api.CreateSessionFromArray, "CreateSession") {
        $0(library.environment, model, model.count, made, $1)
      }
    } catch {
      library.api.ReleaseMemoryInfo(plainMemory)
      throw error
    }
  }

  deinit {
    library.api.ReleaseSession(handle)
    library.api.ReleaseMemoryInfo(plainMemory)
  }

  /// Computes outputs from the input.
  ///
  /// - Parameter pinned: The memory that the tensors are in, where it is not the processor's ordinary one.
  /// - Throws: `InferenceError.device`.
  func run(_ input: Tensor, _ outputs: [Tensor], pinned: PinnedMemory? = nil) throws {
    do {
      let memory = pinned?.information ?? plainMemory
      var values: [OpaquePointer?] = []
      defer { values.forEach { library.api.ReleaseValue($0) } }
      for tensor in [input] + outputs { values.append(try value(tensor, memory)) }
      var results = Array(values.dropFirst())
      try Self.withNames([input.name]) { inputNames in
        try Self.withNames(outputs.map(\.name)) { outputNames in
          try library.check(library.api.Run, "Run") {
            $0(handle, nil, inputNames, values, 1, outputNames, outputs.count, &results)
          }
        }
      }
    } catch InferenceError.noRuntime(let text) {
      throw InferenceError.device(text)
    }
  }

  private func value(_ tensor: Tensor, _ memory: OpaquePointer) throws -> OpaquePointer {
    try library.make(library.api.CreateTensorWithDataAsOrtValue, "CreateTensor") {
      $0(
        memory, tensor.start, tensor.count * MemoryLayout<Float>.stride, tensor.shape.map(Int64.init),
        tensor.shape.count, Int32(kOrtElementFloat), $1)
    }
  }

  /// Names as C strings.
  fileprivate static func withNames<Result>(
    _ names: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Result
  ) rethrows -> Result {
    let copies = names.map { UnsafePointer(strdup($0)) }
    defer { copies.forEach { free(UnsafeMutableRawPointer(mutating: $0)) } }
    return try copies.withUnsafeBufferPointer { try body($0.baseAddress!) }
  }

  /// Memory that a card of NVIDIA copies from and to by itself; `nil` where it cannot be had.
  func pinnedMemory(floats: Int, device: ComputeDevice, id: Int) -> PinnedMemory? {
    guard device == .cuda || device == .tensorrt else { return nil }
    return try? PinnedMemory(self, floats: floats, id: id)
  }

  /// Memory of a card's driver, freed with its owner.
  final class PinnedMemory {
    let information: OpaquePointer
    let start: UnsafeMutablePointer<Float>
    private let session: ONNXRuntimeSession
    private let allocator: OpaquePointer

    fileprivate init(_ session: ONNXRuntimeSession, floats: Int, id: Int) throws {
      let (library, api) = (session.library, session.library.api)
      let information = try library.make(api.CreateMemoryInfo, "CreateMemoryInfo") {
        $0("CudaPinned", Int32(kOrtDeviceAllocator), Int32(id), Int32(kOrtMemTypeCPU), $1)
      }
      var allocator: OpaquePointer?
      var memory: UnsafeMutableRawPointer?
      do {
        allocator = try library.make(api.CreateAllocator, "CreateAllocator") { $0(session.handle, information, $1) }
        try library.check(api.AllocatorAlloc, "AllocatorAlloc") {
          $0(allocator, floats * MemoryLayout<Float>.stride, &memory)
        }
        guard let memory else { throw InferenceError.outOfMemory }
        start = memory.bindMemory(to: Float.self, capacity: floats)
      } catch {
        if let allocator { api.ReleaseAllocator(allocator) }
        api.ReleaseMemoryInfo(information)
        throw error
      }
      self.session = session
      self.information = information
      self.allocator = allocator!
    }

    deinit {
      let api = session.library.api
      if let status = api.AllocatorFree(allocator, start) { api.ReleaseStatus(status) }
      api.ReleaseAllocator(allocator)
      api.ReleaseMemoryInfo(information)
    }
  }
}

extension ONNXRuntimeSession {
  /// How a session is to compute.
  final class Options {
    fileprivate let handle: OpaquePointer
    private let library: ONNXRuntimeLibrary

    /// - Parameters:
    ///   - threads: Threads of the processor for one run.
    ///   - isHalf: Whether half precision is wanted.
    ///   - shape: The input's shape with the largest batch, for a device that prepares for shapes.
    /// - Throws: `InferenceError.noRuntime` where the device's own library is missing.
    init(
      _ library: ONNXRuntimeLibrary, _ device: ComputeDevice, _ options: ONNXRuntimeOptions, threads: Int = 1,
      isHalf: Bool = false, shape: [Int]? = nil
    ) throws {
      self.library = library
      handle = try library.make(library.api.CreateSessionOptions, "CreateSessionOptions") { $0($1) }
      let handle = handle
      try library.check(library.api.SetIntraOpNumThreads, "SetIntraOpNumThreads") { $0(handle, Int32(threads)) }
      try library.check(library.api.SetInterOpNumThreads, "SetInterOpNumThreads") { $0(handle, 1) }
      // Threads that spin at barriers are ruinous where cores are shared.
      try library.check(library.api.AddSessionConfigEntry, "AddSessionConfigEntry") {
        $0(handle, "session.intra_op.allow_spinning", "0")
      }
      switch device {
      case .auto, .cpu: break
      case .cuda: try appendCUDA(options.deviceID)
      case .tensorrt:
        try appendTensorRT(options, isHalf: isHalf, shape: shape)
        // For what TensorRT leaves.
        try appendCUDA(options.deviceID)
      case .openvino: try appendOpenVINO(options, threads: threads, isHalf: isHalf)
      case .migraphx:
        var settings = OrtMIGraphXOptions()
        settings.device = Int32(options.deviceID)
        settings.half = isHalf ? 1 : 0
        settings.memory = .max
        try library.check(library.api.AppendMIGraphX, "MIGraphX") { $0(handle, &settings) }
      }
    }

    deinit { library.api.ReleaseSessionOptions(handle) }

    private func appendCUDA(_ id: Int) throws {
      let api = library.api
      let made = try library.make(api.CreateCUDAOptions, "CUDA") { $0($1) }
      defer { api.ReleaseCUDAOptions(made) }
      // An exhaustive search would take seconds for each batch.
      try Self.withTexts([("device_id", "\(id)"), ("cudnn_conv_algo_search", "HEURISTIC")]) { keys, values, count in
        try library.check(api.UpdateCUDAOptions, "CUDA") { $0(made, keys, values, count) }
      }
      try library.check(api.AppendCUDA, "CUDA") { $0(handle, made) }
    }

    private func appendTensorRT(_ options: ONNXRuntimeOptions, isHalf: Bool, shape: [Int]?) throws {
      let api = library.api
      let made = try library.make(api.CreateTensorRTOptions, "TensorRT") { $0($1) }
      defer { api.ReleaseTensorRTOptions(made) }
      var settings = [
        ("device_id", "\(options.deviceID)"), ("trt_fp16_enable", isHalf ? "1" : "0"),
        ("trt_engine_cache_enable", "1"), ("trt_engine_cache_path", try EngineCache.folder(options.cache)),
        ("trt_timing_cache_enable", "1"),
      ]
      if let shape, shape[0] > 1 {
        // One engine for every number of images.
        let most = shape.map(String.init).joined(separator: "x")
        let least = ([1] + shape.dropFirst()).map(String.init).joined(separator: "x")
        settings += [
          ("trt_profile_min_shapes", "images:\(least)"), ("trt_profile_opt_shapes", "images:\(most)"),
          ("trt_profile_max_shapes", "images:\(most)"),
        ]
      }
      try Self.withTexts(settings) { keys, values, count in
        try library.check(api.UpdateTensorRTOptions, "TensorRT") { $0(made, keys, values, count) }
      }
      try library.check(api.AppendTensorRT, "TensorRT") { $0(handle, made) }
    }

    private func appendOpenVINO(_ options: ONNXRuntimeOptions, threads: Int, isHalf: Bool) throws {
      var settings = [
        ("device_type", options.deviceID == 0 ? "AUTO" : "GPU.\(options.deviceID)"),
        ("precision", isHalf ? "FP16" : "ACCURACY"), ("num_of_threads", "\(threads)"),
      ]
      if let cache = options.cache { settings.append(("cache_dir", try EngineCache.folder(cache))) }
      try Self.withTexts(settings) { keys, values, count in
        try library.check(library.api.AppendOpenVINO, "OpenVINO") { $0(handle, keys, values, count) }
      }
    }

    private static func withTexts(
      _ settings: [(String, String)],
      _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>, Int) throws -> Void
    ) throws {
      try ONNXRuntimeSession.withNames(settings.map(\.0)) { keys in
        try ONNXRuntimeSession.withNames(settings.map(\.1)) { try body(keys, $0, settings.count) }
      }
    }
  }
}

/// Where devices keep what they prepared for a network, which takes minutes to make.
enum EngineCache {
  /// The folder, made where it is missing.
  ///
  /// - Throws: `InferenceError.noRuntime` where it cannot be made.
  static func folder(_ named: String?) throws -> String {
    let environment = ProcessInfo.processInfo.environment
    let caches = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" } ?? "/var/cache"
    let folder = named ?? "\(caches)/kapao-video/engines"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InferenceError.noRuntime("cannot make the folder \(folder) for what the device prepares")
    }
    return folder
  }
}
