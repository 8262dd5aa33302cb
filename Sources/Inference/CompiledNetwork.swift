import Kapao

/// A network compiled for one input size and backend. Weights are laid out once and shared by all sessions.
public final class CompiledNetwork: Sendable {
  /// Size of the input in pixels, both sides multiples of 64.
  public let inputSize: ImageSize
  /// The library that computes it.
  public let backend: Backend
  /// The arithmetic.
  public let precision: Precision
  /// Threads that compute one frame together.
  public let threads: Int
  /// Layout of the output grids, by stride 8, 16, 32, 64.
  public var heads: [HeadGrid] { program.heads }
  private let program: any Program

  /// Compiles a model.
  ///
  /// - Parameters:
  ///   - model: Architecture and weights.
  ///   - inputSize: Size of the input in pixels, both sides multiples of 64.
  ///   - backend: The library to compute it with.
  ///   - precision: The arithmetic; int8 needs a calibrated model and oneDNN, and is what `nil` means for those.
  ///   - threads: Threads that compute one frame together. Set per calling thread: run the sessions on threads of
  ///     their own.
  /// - Throws: `InferenceError`.
  public init(
    model: Model, inputSize: ImageSize, backend: Backend = .oneDNN, precision: Precision? = nil, threads: Int = 1
  ) throws {
    self.inputSize = inputSize
    self.backend = backend
    let precision = precision ?? (model.isCalibrated && backend == .oneDNN ? .int8 : .fp32)
    self.precision = precision
    self.threads = threads
    switch backend {
    case .oneDNN:
      program = try OneDNNProgram(model: model, inputSize: inputSize, precision: precision, threads: threads)
    case .openBLAS:
      guard precision == .fp32 else { throw InferenceError.noInt8(backend) }
      program = try OpenBLASProgram(model: model, inputSize: inputSize, threads: threads)
    }
  }

  /// A session: memory for one frame at a time.
  public func makeSession() throws -> InferenceSession {
    InferenceSession(network: self, executor: try program.makeExecutor())
  }
}
