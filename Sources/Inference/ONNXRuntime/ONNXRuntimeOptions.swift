/// What ONNX Runtime computes on.
public enum ComputeDevice: String, CaseIterable, Codable, Sendable {
  /// The first of CUDA, MIGraphX and OpenVINO that the library has and that can be opened, else the processor.
  case auto
  /// The processor.
  case cpu
  /// A card of NVIDIA, by CUDA and cuDNN.
  case cuda
  /// A card of NVIDIA, by TensorRT: quicker, after minutes of preparation for each size of the input.
  case tensorrt
  /// A graphics or neural unit of Intel, by OpenVINO, which falls back to the processor.
  case openvino
  /// A card of AMD.
  case migraphx

  /// ONNX Runtime's name for it.
  var provider: String {
    switch self {
    case .auto, .cpu: "CPUExecutionProvider"
    case .cuda: "CUDAExecutionProvider"
    case .tensorrt: "TensorrtExecutionProvider"
    case .openvino: "OpenVINOExecutionProvider"
    case .migraphx: "MIGraphXExecutionProvider"
    }
  }

  /// Images that are computed together at most, where nobody says it: on a processor that gains nothing.
  var usualBatch: Int {
    switch self {
    case .auto, .cpu, .openvino: 1
    case .cuda, .tensorrt, .migraphx: 8
    }
  }
}

/// Where ONNX Runtime is, and what it computes on; only the backend ``Backend/onnxRuntime`` looks at it.
public struct ONNXRuntimeOptions: Hashable, Sendable {
  /// The library, or the folder that it is in; `nil` for `$KAPAO_ONNXRUNTIME`, the system's, or one that pip installed.
  public var library: String?
  /// What to compute on.
  public var device = ComputeDevice.auto
  /// Which device of that kind, from 0.
  public var deviceID = 0
  /// Images of all frames and streams that are computed together at most; `nil` for what suits the device.
  public var batch: Int?
  /// Folder in which TensorRT and OpenVINO keep what they prepared; `nil` for one of the user's cache.
  public var cache: String?
  /// Whether oneDNN takes over where there is no library or device, or the device fails.
  public var fallsBack = false

  /// The usual options.
  public init() {}

  /// Images that are computed together at most: above one, frames come best from many threads.
  ///
  /// - Throws: `InferenceError.noRuntime` where there is no such library or device and nothing takes over.
  package func batchSize(for backend: Backend) throws -> Int {
    guard backend == .onnxRuntime else { return 1 }
    do {
      return try ONNXRuntimeLibrary.load(library).usable(self).batch
    } catch  where fallsBack {
      return 1
    }
  }
}
