import Foundation
import Inference
import Kapao
import VideoIO

/// Runs a model over labelled images and keeps the times.
struct EvaluationRunner {
  /// The mean of milliseconds.
  struct MeanTime {
    private var sum = 0.0
    private var count = 0
    var mean: Double { sum / Double(max(1, count)) }

    mutating func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
      let start = DispatchTime.now().uptimeNanoseconds
      defer {
        sum += Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
        count += 1
      }
      return try work()
    }
  }

  /// Milliseconds in the network.
  private(set) var forward = MeanTime()
  /// Milliseconds in suppression and fusion.
  private(set) var postprocessing = MeanTime()
  /// Share of keypoints that came from keypoint objects.
  private(set) var fusion: FusionRate
  private let model: Model
  private let network: NetworkOptions
  private let thresholds: Thresholds
  private let folder: String

  init(model: Model, network: NetworkOptions, thresholds: Thresholds, folder: String) {
    self.model = model
    self.network = network
    self.thresholds = thresholds
    self.folder = folder
    fusion = FusionRate(model.architecture.skeleton!)
  }

  /// The people in all images, in the order of the images.
  mutating func run(_ images: [COCOImage], progress: (Int) -> Void) throws -> [COCOResult] {
    let size = network.inputSize(model.architecture)
    // Images of one input size together: the network is compiled once for each.
    let groups = Dictionary(grouping: try images.map { ($0, try letterbox($0, size: size)) }) { $0.1.input }
    var results: [COCOResult] = []
    var done = 0
    for (input, group) in groups.sorted(by: { ($0.key.width, $0.key.height) < ($1.key.width, $1.key.height) }) {
      let compiled = try PoseNetwork(
        model: model, inputSize: input, backend: network.backend, precision: network.precision,
        threads: network.threadCount, augmented: network.tta)
      let session = try compiled.makeSession()
      let output = compiled.makeOutput()
      for (image, letterbox) in group {
        let picture = try StillImage.letterboxed(path(image), size: size)
        try forward.measure { try session.run(picture, into: output) }
        let poses = postprocessing.measure { output.poses(thresholds, letterbox: letterbox) }
        fusion.add(poses)
        results += poses.map { COCOResult($0, imageID: image.id) }
        done += 1
        progress(done)
      }
    }
    return results.sorted { ($0.imageID, $1.score) < ($1.imageID, $0.score) }
  }

  private func path(_ image: COCOImage) -> String {
    URL(fileURLWithPath: folder).appending(path: image.fileName).path
  }

  private func letterbox(_ image: COCOImage, size: Int) throws -> Letterbox {
    let path = path(image)
    guard let video = try VideoReader.probe(path).videoStream?.video else {
      throw VideoError(
        operation: "read", input: path, code: .none, detail: "no picture in it", kind: .unusableInput)
    }
    return Letterbox(source: video.uprightSize, size: size)
  }
}
