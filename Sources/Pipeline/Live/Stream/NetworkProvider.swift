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
  private let compile: @Sendable (ImageSize) throws -> PoseNetwork
  private let lock = NSLock()
  private var networks: [ImageSize: PoseNetwork] = [:]

  /// - Parameters:
  ///   - inputSize: Longest side of the network's input in pixels.
  ///   - precision: The arithmetic; `nil` is int8 where the model is calibrated for it.
  ///   - threads: Threads that compute one frame together.
  /// - Throws: `InferenceError` for a model whose keypoints are unknown.
  public convenience init(
    model: Model, inputSize: Int, backend: Backend = .oneDNN, precision: Precision? = nil, threads: Int
  ) throws {
    guard let skeleton = model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: model.architecture.keypointCount)
    }
    self.init(inputSize: inputSize, skeleton: skeleton) {
      try PoseNetwork(model: model, inputSize: $0, backend: backend, precision: precision, threads: threads)
    }
  }

  package init(
    inputSize: Int, skeleton: Skeleton, compile: @escaping @Sendable (ImageSize) throws -> PoseNetwork
  ) {
    self.inputSize = inputSize
    self.skeleton = skeleton
    self.compile = compile
  }

  /// The network for pictures of a size.
  ///
  /// - Throws: `InferenceError`.
  func network(for letterbox: Letterbox) throws -> PoseNetwork {
    try lock.withLock {
      if let network = networks[letterbox.input] { return network }
      // Cameras that change their size again and again must not fill the memory.
      if networks.count >= 8 { networks.removeAll() }
      let network = try compile(letterbox.input)
      networks[letterbox.input] = network
      return network
    }
  }
}
