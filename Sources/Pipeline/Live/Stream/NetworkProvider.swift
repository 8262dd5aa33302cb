import Foundation
import Inference
import Kapao

/// The network for each input size, compiled once and shared by all streams that need it.
public final class NetworkProvider: @unchecked Sendable {
  // @unchecked: the networks are only touched under the lock.

  /// Longest side of the network's input in pixels.
  public let inputSize: Int
  /// Keypoints of the model.
  public let skeleton: Skeleton
  private let model: Model
  private let backend: Backend
  private let precision: Precision?
  private let threads: Int
  private let lock = NSLock()
  private var networks: [ImageSize: PoseNetwork] = [:]

  /// - Parameters:
  ///   - inputSize: Longest side of the network's input in pixels.
  ///   - precision: The arithmetic; `nil` is int8 where the model is calibrated for it.
  ///   - threads: Threads that compute one frame together.
  /// - Throws: `InferenceError` for a model whose keypoints are unknown.
  public init(
    model: Model, inputSize: Int, backend: Backend = .oneDNN, precision: Precision? = nil, threads: Int
  ) throws {
    guard let skeleton = model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: model.architecture.keypointCount)
    }
    self.model = model
    self.inputSize = inputSize
    self.backend = backend
    self.precision = precision
    self.threads = threads
    self.skeleton = skeleton
  }

  /// The network for pictures of a size.
  ///
  /// - Throws: `InferenceError`.
  func network(for letterbox: Letterbox) throws -> PoseNetwork {
    try lock.withLock {
      if let network = networks[letterbox.input] { return network }
      // Cameras that change their size again and again must not fill the memory.
      if networks.count >= 8 { networks.removeAll() }
      let network = try PoseNetwork(
        model: model, inputSize: letterbox.input, backend: backend, precision: precision, threads: threads)
      networks[letterbox.input] = network
      return network
    }
  }
}
