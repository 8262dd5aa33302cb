import Inference
import Kapao
import VideoIO

/// Finds people in the pictures of one stream, whatever their size.
final class LiveInference {
  private struct Setup {
    let letterbox: Letterbox
    let session: PoseNetworkSession
    let output: PoseNetworkOutput
    let image: LetterboxedImage
  }

  private let networks: NetworkProvider
  private let thresholds: Thresholds
  private let letterboxer = Letterboxer()
  private var setup: Setup?

  init(networks: NetworkProvider, thresholds: Thresholds) {
    self.networks = networks
    self.thresholds = thresholds
  }

  func poses(_ frame: VideoFrame) throws -> [Pose] {
    let setup = try setup(for: frame.size)
    try letterboxer.prepare(frame, into: setup.image)
    try setup.session.run(setup.image, into: setup.output)
    return setup.output.poses(thresholds, letterbox: setup.letterbox)
  }

  private func setup(for size: ImageSize) throws -> Setup {
    if let setup, setup.letterbox.source == size { return setup }
    let letterbox = Letterbox(source: size, size: networks.inputSize)
    let network = try networks.network(for: letterbox)
    let new = Setup(
      letterbox: letterbox, session: try network.makeSession(), output: network.makeOutput(),
      image: LetterboxedImage(letterbox: letterbox))
    setup = new
    return new
  }
}
