import Kapao

/// Why a network could not be compiled or run.
public enum InferenceError: Error, Equatable, CustomStringConvertible {
  /// The model lacks a tensor, or has it in another shape than (output, input, kernel, kernel).
  case missingTensor(String, expected: [Int])
  /// Input sides are not positive multiples of 64.
  case inputSize(ImageSize)
  /// No skeleton has the model's number of keypoints.
  case skeleton(keypoints: Int)
  /// The model has no range of the values of this convolution, or of none.
  case notCalibrated(String)
  /// Only the oneDNN backend computes in int8.
  case noInt8(Backend)
  /// Only ONNX Runtime computes in half precision.
  case noHalf(Backend)
  /// ONNX Runtime cannot be used: the library, the device or the network.
  case noRuntime(String)
  /// A device failed while it computed.
  case device(String)
  /// A call of the compute library failed.
  case library(String, code: Int)
  /// There is too little memory for the network.
  case outOfMemory
  /// The compute library has no fast implementation of a step on this machine.
  case noFastImplementation(step: String, implementation: String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .missingTensor(let name, let expected):
      expected.isEmpty
        ? "the model has no tensor \(name)" : "the model's tensor \(name) does not have the shape \(expected)"
    case .inputSize(let size): "the network's input must be a multiple of 64 pixels on both sides, not \(size)"
    case .skeleton(let keypoints): "no skeleton with \(keypoints) keypoints is known (17 is COCO, 14 CrowdPose)"
    case .notCalibrated:
      "the model is not calibrated for int8; `kapao-video model quantize` does it, and --precision fp32 does without"
    case .noInt8(let backend):
      "the backend \(backend.rawValue) does not compute in int8; use onednn or --precision fp32"
    case .noHalf(let backend):
      "the backend \(backend.rawValue) does not compute in half precision; use onnxruntime or --precision fp32"
    case .noRuntime(let text): text
    case .device(let text): "the device failed: \(text)"
    case .library(let call, let code): "\(call) failed with status \(code)"
    case .outOfMemory:
      "too little memory for the network; a smaller --size or a smaller model needs less, and so do fewer --threads"
    case .noFastImplementation(let step, let implementation):
      "no fast implementation of \(step) on this machine (the library offers \(implementation))"
    }
  }
}
