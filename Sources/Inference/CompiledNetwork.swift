import Kapao
import Support

/// A network compiled for one input size and backend. Weights are laid out once and shared by all sessions.
package final class CompiledNetwork: Sendable {
  /// Size of the input in pixels, both sides multiples of 64.
  package let inputSize: ImageSize
  /// The library that computes it.
  package let backend: Backend
  /// The arithmetic.
  package let precision: Precision
  /// Threads that compute one frame together.
  package let threads: Int
  /// Layout of the output grids, by stride 8, 16, 32, 64.
  package var heads: [HeadGrid] { program.heads }
  private let program: any Program

  /// Compiles a model.
  ///
  /// - Parameters:
  ///   - model: Architecture and weights.
  ///   - inputSize: Size of the input in pixels, both sides multiples of 64.
  ///   - backend: The library to compute it with.
  ///   - precision: The arithmetic; int8 needs a calibrated model and oneDNN, and is what `nil` means for those. Half
  ///     precision needs ONNX Runtime.
  ///   - threads: Threads that compute one frame together. Set per calling thread: run the sessions on threads of
  ///     their own.
  ///   - runtime: Which ONNX Runtime, and what it computes on.
  /// - Throws: `InferenceError`.
  package init(
    model: Model, inputSize: ImageSize, backend: Backend = .oneDNN, precision: Precision? = nil, threads: Int = 1,
    runtime: ONNXRuntimeOptions = ONNXRuntimeOptions()
  ) throws {
    self.inputSize = inputSize
    self.backend = backend
    let precision = precision ?? backend.usualPrecision(for: model)
    self.precision = precision
    self.threads = threads
    // Weights are laid out anew, and while that is done they are there twice; code is generated.
    let weights = model.tensors.values.reduce(0) { $0 + $1.values.count * MemoryLayout<Float>.stride }
    guard MemoryLimit.allows(2 * weights + 1 << 26) else { throw InferenceError.outOfMemory }
    guard precision != .int8 || backend == .oneDNN else { throw InferenceError.noInt8(backend) }
    guard precision != .fp16 || backend == .onnxRuntime else { throw InferenceError.noHalf(backend) }
    switch backend {
    case .oneDNN:
      program = try OneDNNProgram(model: model, inputSize: inputSize, precision: precision, threads: threads)
    case .openBLAS:
      program = try OpenBLASProgram(model: model, inputSize: inputSize, threads: threads)
    case .onnxRuntime:
      program = try ONNXRuntimeProgram(
        model: model, inputSize: inputSize, precision: precision, threads: threads, options: runtime)
    }
  }

  /// A session: memory for one frame at a time.
  package func makeSession() throws -> InferenceSession {
    InferenceSession(network: self, executor: try program.makeExecutor())
  }
}
