import Inference
import Kapao
import Tracking
import VideoIO

/// Looks at single people of a frame a second time, each in a crop of the original frame. One object serves one thread.
package final class PersonRefiner: @unchecked Sendable {
  // @unchecked: used by one thread at a time; each worker has a refiner of its own.

  private struct Setup {
    let network: PoseNetwork
    let session: PoseNetworkSession
    let output: PoseNetworkOutput
    let image: LetterboxedImage
  }

  private let look: SecondLook
  private let detector: PoseDetector
  private let letterboxer = Letterboxer()
  private var made: Setup?

  /// - Parameters:
  ///   - detector: Gives the network for crops; each crop is also read flipped left to right where it is augmented.
  ///   - thresholds: Of the first look.
  package init(_ detector: PoseDetector, thresholds: Thresholds) {
    look = SecondLook(cropSize: detector.cropSize, skeleton: detector.skeleton, thresholds: thresholds)
    self.detector = detector
  }

  /// Compiles the network, and takes the memory to run it.
  ///
  /// - Throws: `InferenceError`.
  package func prepare() throws {
    _ = try setup(for: Letterbox(source: look.input, input: look.input))
  }

  /// What both looks say of each person; `nil` where the second finds nothing that fits the first.
  ///
  /// - Parameter scale: Pixels of the network's input in the first look for one of the frame.
  /// - Throws: `InferenceError`, or `VideoError`.
  package func answers(to people: [Pose], in frame: VideoFrame, scale: Float) throws -> [Pose?] {
    look.settled(people, try people.map { try answer(to: $0, in: frame, scale: scale) })
  }

  /// The people of a frame with the places of their keypoints as the crops show them. Somebody who was not
  /// detected in this frame but moved there is found then. Nobody is added, and nobody is left out.
  ///
  /// - Parameters:
  ///   - time: The frame's presentation time in seconds.
  ///   - scale: Pixels of the network's input in the first look for one of the frame.
  ///   - most: People to look at, those who matter first: players, those whose place is least certain, large ones.
  /// - Returns: The people, and which of them were not found in their crops.
  /// - Throws: `InferenceError`, or `VideoError`.
  package func refined(
    _ people: [TrackedPose], in frame: VideoFrame, at time: Double, scale: Float, most: Int
  ) throws -> (people: [TrackedPose], missed: [Int]) {
    let chosen = people.indices.filter { people[$0].isShown }
      .sorted { people[$0].matters(at: time).lexicographicallyPrecedes(people[$1].matters(at: time), by: >) }
      .prefix(most)
    var result = people
    var missed: [Int] = []
    let answers = try chosen.map { index in
      try answer(to: people[index].pose, in: frame, scale: scale, trust: people[index].state.trust)
    }
    for (index, answer) in zip(chosen, look.settled(chosen.map { people[$0].pose }, answers)) {
      guard let answer else {
        missed.append(index)
        continue
      }
      result[index].pose = answer
      result[index].state = .detected
      result[index].lastSeen = time
    }
    return (result, missed)
  }

  private func answer(to person: Pose, in frame: VideoFrame, scale: Float, trust: Float = 1) throws -> Pose? {
    guard let crop = look.crop(around: person, in: frame.size) else { return nil }
    let setup = try setup(for: crop)
    setup.image.reset(to: crop)
    try letterboxer.prepare(frame, into: setup.image)
    var answers: [Pose] = []
    for isMirrored in detector.isAugmented ? [false, true] : [false] {
      if isMirrored { setup.image.mirror() }
      do {
        try setup.session.run(setup.image, into: setup.output)
      } catch let error as InferenceError where error.isOfDevice {
        made = nil
        guard detector.giveUp(setup.network, error) else { throw error }
        return try self.answer(to: person, in: frame, scale: scale, trust: trust)
      }
      let people = setup.output.poses(look.thresholds(for: person), letterbox: crop, isMirrored: isMirrored)
      if let answer = look.answer(to: person, among: people) { answers.append(answer) }
    }
    return look.joined(person, scale: scale, trust: trust, answers)
  }

  private func setup(for crop: Letterbox) throws -> Setup {
    if let made { return made }
    let network = try detector.network(for: look.input, isAugmented: false)
    let setup = Setup(
      network: network, session: try network.makeSession(), output: try network.makeOutput(),
      image: LetterboxedImage(letterbox: crop))
    made = setup
    return setup
  }
}

extension TrackedPose.State {
  /// What the place counts beside what the crop shows.
  fileprivate var trust: Float {
    switch self {
    case .detected: 1
    // The mean of two looks, at other times.
    case .interpolated: 0.5
    case .filled, .extrapolated, .predicted, .lost: 0
    }
  }
}

extension TrackedPose {
  /// How much it matters to look at the person again: the first number decides, then the second, and so on.
  fileprivate func matters(at time: Double) -> [Double] {
    let isPlayer = if case .player = role { true } else { false }
    let size = max(1, Double(max(pose.box.width, pose.box.height)))
    let speed = (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot() / size
    return [isPlayer ? 1 : 0, max(0, time - lastSeen) * (1 + speed), size]
  }
}
