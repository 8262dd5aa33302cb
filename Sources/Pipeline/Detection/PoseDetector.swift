import Foundation
import Inference
import Kapao
import Support
import VideoIO

/// Finds people: frame → poses, by letterbox, network, decoding, suppression and fusion (Algorithm 1 of the KAPAO paper),
/// and test-time augmentation where it is wanted.
///
/// The network is compiled once for each input size. Any number of streams may share a detector; each has a worker of its
/// own, and those of live streams take turns on one thread with one team of threads below it.
public final class PoseDetector: @unchecked Sendable {
  // @unchecked: networks and what makes them are only touched under `lock`, the worker of `poses(in:)` under `turn`.

  /// Longest side of the network's input in pixels.
  public let inputSize: Int
  /// Side of the crops of a second look in pixels.
  public let cropSize: Int
  /// Keypoints of the model.
  public let skeleton: Skeleton
  /// Whether several passes are made over each frame.
  package let isAugmented: Bool
  private let isSquare: Bool
  private let lock = NSLock()
  private var networks: [Key: PoseNetwork] = [:]
  private typealias Compile = @Sendable (_ input: ImageSize, _ isAugmented: Bool) throws -> PoseNetwork
  private var compile: Compile?
  /// What takes over when a device fails.
  private var fallback: Compile?
  private let sharesThread: Bool
  private let turn = NSLock()
  private lazy var single = DetectionWorker(self)
  /// The thread on which the workers of live streams take turns.
  private let thread = WorkerThread(name: "detect")

  private struct Key: Hashable {
    let input: ImageSize
    let isAugmented: Bool
  }

  /// - Parameters:
  ///   - model: Architecture and weights.
  ///   - inputSize: Longest side of the network's input in pixels; `nil` for the architecture's usual one.
  ///   - backend: The library to compute with.
  ///   - precision: The arithmetic; `nil` is int8 where the model is calibrated for it.
  ///   - threads: Threads that compute one frame together.
  ///   - runtime: Which ONNX Runtime, and what it computes on.
  ///   - augmentation: The passes of test-time augmentation; `nil` for a single plain one.
  ///   - isSquare: Whether frames are fitted into a square.
  /// - Throws: `InferenceError` for a model whose keypoints are unknown, or a library or device that is not there.
  public convenience init(
    model: Model, inputSize: Int? = nil, backend: Backend = .oneDNN, precision: Precision? = nil,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, runtime: ONNXRuntimeOptions = ONNXRuntimeOptions(),
    augmentation: TestTimeAugmentation? = nil, isSquare: Bool = false
  ) throws {
    guard let skeleton = model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: model.architecture.keypointCount)
    }
    let batch = try runtime.batchSize(for: backend)
    self.init(
      inputSize: inputSize ?? model.architecture.usualInputSize, cropSize: model.usualCropSize, skeleton: skeleton,
      isAugmented: augmentation != nil, isSquare: isSquare, sharesThread: batch == 1
    ) {
      try PoseNetwork(
        model: model, inputSize: $0, backend: backend, precision: precision, threads: threads, runtime: runtime,
        augmentation: $1 ? augmentation : nil)
    }
    guard backend == .onnxRuntime, runtime.fallsBack else { return }
    fallback = {
      try PoseNetwork(
        model: model, inputSize: $0, precision: precision == .fp16 ? .fp32 : precision, threads: threads,
        augmentation: $1 ? augmentation : nil)
    }
  }

  package init(
    inputSize: Int, cropSize: Int = 256, skeleton: Skeleton, isAugmented: Bool = false, isSquare: Bool = false,
    sharesThread: Bool = true,
    compile: @escaping @Sendable (_ input: ImageSize, _ isAugmented: Bool) throws -> PoseNetwork
  ) {
    self.inputSize = inputSize
    self.cropSize = cropSize
    self.skeleton = skeleton
    self.isAugmented = isAugmented
    self.isSquare = isSquare
    self.sharesThread = sharesThread
    self.compile = compile
  }

  /// The people in a frame, after suppression and fusion, in pixels of the frame. Callers in several threads take turns.
  ///
  /// - Parameter thresholds: Of suppression and fusion; those of the demos by default.
  /// - Throws: `InferenceError`, or `VideoError`.
  public func poses(in frame: VideoFrame, thresholds: Thresholds = Preset.demo.thresholds) throws -> [Pose] {
    try turn.withLock {
      single.thresholds = thresholds
      return try single.poses(in: frame)
    }
  }

  /// The thread for the worker of a live stream: one that all share, as OpenMP keeps a team of threads for each that
  /// computes, or where a device puts the frames of several together, one of its own.
  package func liveThread() -> WorkerThread { sharesThread ? thread : WorkerThread(name: "detect") }

  /// How frames of a size are fitted into the network's input.
  package func letterbox(for size: ImageSize) -> Letterbox {
    Letterbox(source: size, size: inputSize, isSquare: isSquare)
  }

  /// The network for an input of a size.
  ///
  /// - Parameter isAugmented: Whether it makes the passes of test-time augmentation, where the detector does.
  /// - Throws: `InferenceError`.
  package func network(for input: ImageSize, isAugmented: Bool = true) throws -> PoseNetwork {
    let key = Key(input: input, isAugmented: isAugmented && self.isAugmented)
    return try lock.withLock {
      if let network = networks[key] { return network }
      guard let compile else { throw InferenceError.inputSize(input) }
      // Cameras that change their size again and again must not fill the memory.
      if networks.count >= 8 { networks.removeAll() }
      let network: PoseNetwork
      do {
        network = try compile(input, key.isAugmented)
      } catch let error as InferenceError where error.isOfDevice && fallback != nil {
        takeOver(error)
        network = try self.compile!(input, key.isAugmented)
      }
      networks[key] = network
      return network
    }
  }

  /// A network whose device failed is given up, with all others, so that the next is made anew.
  ///
  /// - Returns: Whether the frame is to be tried once more: another thread gave it up already and there is something to
  ///   make another of, or oneDNN takes over.
  package func giveUp(_ network: PoseNetwork, _ error: InferenceError) -> Bool {
    lock.withLock {
      guard networks.values.contains(where: { $0 === network }) else { return compile != nil }
      networks.removeAll()
      guard fallback != nil else { return false }
      takeOver(error)
      return true
    }
  }

  /// From now on networks are computed by oneDNN; under the lock.
  private func takeOver(_ error: InferenceError) {
    Notice.send("\(error); going on with oneDNN on the processor")
    (compile, fallback) = (fallback, nil)
  }

  /// Lets the weights go, as no other networks than those that there are will be needed.
  package func seal() { lock.withLock { if fallback == nil { compile = nil } } }
}

extension InferenceError {
  /// Whether another backend might do better: the library or the device is missing, or failed.
  package var isOfDevice: Bool {
    switch self {
    case .noRuntime, .device: true
    default: false
    }
  }
}

/// Finds people for one thread: the memory of one frame, for the size of the last frame.
package final class DetectionWorker: @unchecked Sendable {
  // @unchecked: used by one thread at a time; each worker of a stage has one of its own.

  /// The steps of its work, as a stage's clock measures them.
  package static let steps = ["letterbox", "infer", "fuse"]

  private struct Setup {
    let network: PoseNetwork
    let image: LetterboxedImage
    let session: PoseNetworkSession
    let output: PoseNetworkOutput
  }

  /// Thresholds of suppression and fusion.
  package var thresholds: Thresholds
  private let detector: PoseDetector
  private let letterboxer = Letterboxer()
  private var setup: Setup?

  package init(_ detector: PoseDetector, thresholds: Thresholds = Preset.demo.thresholds) {
    self.detector = detector
    self.thresholds = thresholds
  }

  /// Compiles the network for frames of a size, and takes the memory to run it.
  ///
  /// - Throws: `InferenceError`.
  package func prepare(for size: ImageSize) throws { _ = try setup(for: size) }

  /// The people in a frame, in pixels of the frame.
  ///
  /// - Parameter clock: Measures the steps.
  /// - Throws: `InferenceError`, or `VideoError`.
  package func poses(in frame: VideoFrame, clock: StageClock? = nil) throws -> [Pose] {
    let (image, output) = try raw(frame, clock: clock)
    return measure(2, clock) { output.poses(thresholds, letterbox: image.letterbox) }
  }

  /// A frame as the network reads it, and what the network makes of it; both are good until the next frame.
  ///
  /// - Throws: `InferenceError`, or `VideoError`.
  package func raw(
    _ frame: VideoFrame, clock: StageClock? = nil
  ) throws -> (image: LetterboxedImage, output: PoseNetworkOutput) {
    let setup = try setup(for: frame.size)
    try measure(0, clock) { try letterboxer.prepare(frame, into: setup.image) }
    do {
      try measure(1, clock) { try setup.session.run(setup.image, into: setup.output) }
    } catch let error as InferenceError where error.isOfDevice {
      self.setup = nil
      guard detector.giveUp(setup.network, error) else { throw error }
      return try raw(frame, clock: clock)
    }
    return (setup.image, setup.output)
  }

  private func measure<Result>(_ step: Int, _ clock: StageClock?, _ work: () throws -> Result) rethrows -> Result {
    if let clock { try clock.measure(step: step, work) } else { try work() }
  }

  private func setup(for size: ImageSize) throws -> Setup {
    if let setup, setup.image.letterbox.source == size { return setup }
    let letterbox = detector.letterbox(for: size)
    let network = try detector.network(for: letterbox.input)
    let new = Setup(
      network: network, image: LetterboxedImage(letterbox: letterbox), session: try network.makeSession(),
      output: try network.makeOutput())
    setup = new
    return new
  }
}
