import Foundation
import Inference
import Kapao
import Pipeline
import Support
import VideoIO

/// Runs a model over images and keeps the times.
package struct EvaluationRunner: Sendable {
  /// The images and their annotations.
  private let dataset: COCODataset
  /// The model and how it is computed.
  private let settings: EvaluationSettings
  /// Folder of the images.
  private let folder: String
  /// The model's keypoints.
  private let skeleton: Skeleton

  /// - Throws: `InferenceError` where no skeleton has the model's number of keypoints.
  package init(dataset: COCODataset, settings: EvaluationSettings, folder: String) throws {
    guard let skeleton = settings.model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: settings.model.architecture.keypointCount)
    }
    self.dataset = dataset
    self.settings = settings
    self.folder = folder
    self.skeleton = skeleton
  }

  /// Finds the people in all images.
  ///
  /// - Parameter progress: Called with the number of images that are done, by one thread at a time.
  /// - Throws: The first error of an image or the network.
  package func run(progress: @escaping (Int) -> Void) throws -> EvaluationOutcome {
    let start = MonotonicTime.seconds
    let tally = Tally(EvaluationOutcome(fusion: FusionRate(skeleton, dataset: dataset)), progress: progress)
    // Images of one input size after each other: the network is compiled once for each.
    let detector = try PoseDetector(
      model: settings.model, inputSize: settings.inputSize, backend: settings.backend, precision: settings.precision,
      threads: workers.threads, runtime: settings.runtime, augmentation: settings.augmentation,
      isSquare: settings.isSquare)
    let images = try dataset.images.map { ($0, try inputSize($0, detector)) }
      .sorted { ($0.1.width, $0.1.height) < ($1.1.width, $1.1.height) }
    try run(images.map(\.0), detector, into: tally)
    var outcome = tally.outcome
    outcome.seconds = MonotonicTime.seconds - start
    outcome.networkSeconds = outcome.forward.total / 1e3 / Double(workers.count)
    outcome.people.sort { ($0.imageID, $1.score) < ($1.imageID, $0.score) }
    return outcome
  }

  /// By as many workers at a time as `coreUse` has.
  private func run(_ images: [COCOImage], _ detector: PoseDetector, into tally: Tally) throws {
    let next = Position(end: images.count)
    DispatchQueue.concurrentPerform(iterations: min(workers.count, images.count)) { _ in
      let worker = DetectionWorker(detector, thresholds: settings.thresholds)
      let refiner = PersonRefiner(detector, thresholds: settings.thresholds)
      while !tally.hasFailed, let index = next.take() {
        let image = images[index]
        do {
          let frame = try StillImage.frame(path(image))
          let clock = StageClock(name: "detect", steps: DetectionWorker.steps)
          var poses = try worker.poses(in: frame, clock: clock)
          let start = MonotonicTime.seconds
          try refine(&poses, in: frame, scale: detector.letterbox(for: frame.size).scale, refiner)
          let end = MonotonicTime.seconds
          let steps = clock.value.steps
          tally.add(
            poses, of: image, forward: steps[1].busy * 1e3, postprocessing: steps[2].busy * 1e3,
            refinement: (end - start) * 1e3)
        } catch {
          tally.fail(error)
        }
      }
    }
    try tally.throwError()
  }

  /// Refines the best people with a score above the least.
  private func refine(_ poses: inout [Pose], in frame: VideoFrame, scale: Float, _ refiner: PersonRefiner) throws {
    let most = settings.refinement.most(auto: .max)
    let chosen = poses.prefix(most).filter { $0.score > Self.leastRefined }
    for (index, answer) in try refiner.answers(to: chosen, in: frame, scale: scale).enumerated() {
      poses[index] = answer ?? poses[index]
    }
  }

  private static let leastRefined: Float = 0.02

  private var workers: (count: Int, threads: Int) { settings.coreUse.workers(threads: settings.threads) }

  private func path(_ image: COCOImage) -> String {
    FolderFile.path(image.fileName, in: folder)
  }

  private func inputSize(_ image: COCOImage, _ detector: PoseDetector) throws -> ImageSize {
    detector.letterbox(for: try VideoReader(path(image)).frameSize()).input
  }
}

extension EvaluationRunner {
  /// The next of a number of images, for several workers.
  private final class Position: Sendable {
    private let index = Locked(0)
    private let end: Int

    init(end: Int) { self.end = end }

    func take() -> Int? {
      index.withLock { index in
        guard index < end else { return nil }
        defer { index += 1 }
        return index
      }
    }
  }

  /// What several workers add to.
  private final class Tally: @unchecked Sendable {
    // @unchecked: only touched under the lock.
    private let lock = NSLock()
    private var value: EvaluationOutcome
    private var error: (any Error)?
    private var done = 0
    private let progress: (Int) -> Void

    init(_ outcome: EvaluationOutcome, progress: @escaping (Int) -> Void) {
      value = outcome
      self.progress = progress
    }

    var outcome: EvaluationOutcome { lock.withLock { value } }
    var hasFailed: Bool { lock.withLock { error != nil } }

    func add(_ poses: [Pose], of image: COCOImage, forward: Double, postprocessing: Double, refinement: Double) {
      lock.withLock {
        value.people += poses.map { COCOResult($0, imageID: image.id) }
        value.forward.add(forward)
        value.postprocessing.add(postprocessing)
        value.refinement.add(refinement)
        value.fusion.add(poses)
        done += 1
        progress(done)
      }
    }

    func fail(_ error: any Error) { lock.withLock { self.error = self.error ?? error } }

    func throwError() throws { if let error = lock.withLock({ error }) { throw error } }
  }
}

/// What a run over all images came to.
package struct EvaluationOutcome: Sendable {
  /// The mean of milliseconds.
  package struct MeanTime: Sendable, Codable {
    private var sum = 0.0
    private var count = 0

    /// The mean; 0 of none.
    package var mean: Double { sum / Double(max(1, count)) }
    /// All of them together.
    package var total: Double { sum }

    mutating func add(_ milliseconds: Double) {
      sum += milliseconds
      count += 1
    }
  }

  /// The people, in the order of the images' numbers and by falling score.
  package internal(set) var people: [COCOResult] = []
  /// Milliseconds in the network.
  package internal(set) var forward = MeanTime()
  /// Milliseconds in suppression and fusion.
  package internal(set) var postprocessing = MeanTime()
  /// Milliseconds of the second look at the people of an image.
  package internal(set) var refinement = MeanTime()
  /// How many keypoints came from keypoint objects.
  package internal(set) var fusion: FusionRate
  /// Seconds that the whole run took.
  package internal(set) var seconds = 0.0
  /// Seconds that it would have taken if its workers had done nothing but the first look's network.
  package internal(set) var networkSeconds = 0.0

  init(fusion: FusionRate) { self.fusion = fusion }
}
