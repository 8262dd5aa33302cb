import Analysis
import Kapao
import Render
import VideoIO

/// What is drawn of an analysis beside the poses, and what is done to the picture under them.
package struct AnalysisOverlaySettings: Hashable, Sendable {
  /// Where the court is: a small court in the corner, and the speed at each player.
  package var calibration: CourtCalibration?
  /// Names of the joints' angles that are drawn, for example `right knee`.
  package var angles: [String] = []
  /// The side that the camera sees, which decides the angles' signs.
  package var side = ViewedSide.auto
  /// Whether faces are made unrecognisable.
  package var blursFaces = false
  /// Whether the picture is black but for what is drawn.
  package var hasBlackBackground = false

  /// Nothing.
  package init() {}

  /// Whether there is anything to do.
  package var isEmpty: Bool { calibration == nil && angles.isEmpty && !blursFaces && !hasBlackBackground }
}

/// Works out, frame by frame, what is drawn of an analysis. Used by one stage.
package final class AnalysisOverlay {
  private let settings: AnalysisOverlaySettings
  private let skeleton: Skeleton
  private let body: Body
  private let definitions: [AngleDefinition]
  private let miniCourt: MiniCourt?
  private var movement: RunningMovement?
  private var facing: [Int: SideEstimator] = [:]
  private let fontSize: Double

  /// - Parameters:
  ///   - size: That of the frames.
  ///   - input: The video, for messages.
  /// - Throws: `VideoError` where the court was fitted in frames of another size, or the skeleton has no such angle.
  package init(_ settings: AnalysisOverlaySettings, skeleton: Skeleton, size: ImageSize, input: String) throws {
    self.settings = settings
    self.skeleton = skeleton
    let body = Body(skeleton: skeleton)
    self.body = body
    try settings.calibration?.require(size, of: input)
    let known = AngleDefinition.all(of: body).filter { $0.kind == .joint }
    definitions = try settings.angles.map { name in
      guard let definition = known.first(where: { $0.name == name }) else {
        throw VideoError(
          operation: "draw", input: name, code: .invalidData,
          detail: "no angle of a joint; there are \(known.map(\.name).joined(separator: ", "))", kind: .unusableInput)
      }
      return definition
    }
    miniCourt = settings.calibration.map { MiniCourt(court: $0.court, size: size) }
    movement = settings.calibration.map { RunningMovement(calibration: $0, body: body) }
    fontSize = max(10, 0.021 * Double(min(size.width, size.height)))
  }

  /// What comes of one frame.
  package struct Result: Sendable {
    /// What is drawn over the poses.
    package var shapes: [OverlayShape] = []
    /// Who is on the court, by track.
    package var players: [Int: RunningMovement.State] = [:]
  }

  /// The way of a track over the last seconds, metres, in pieces that were seen without a gap.
  package func trail(of track: Int) -> [[Point2]] { movement?.trail(of: track) ?? [] }

  /// Changes the picture as far as it is to be under the drawing, and gives what is drawn over the poses.
  ///
  /// - Parameter time: Seconds; frames come in its order.
  package func prepare(_ people: [TrackedPose], in frame: VideoFrame, time: Double) throws -> Result {
    if settings.hasBlackBackground {
      try Privacy.blacken(frame)
    } else if settings.blursFaces {
      try Privacy.blurFaces(of: people.map(\.pose), skeleton: skeleton, in: frame)
    }
    guard movement != nil || !definitions.isEmpty else { return Result() }
    var samples: [Int: BodySample] = [:]
    for person in people where person.role != .crowd {
      guard let identity = person.trackID else { continue }
      samples[identity] = BodySample(
        frame: frame.index, time: time, box: person.pose.box,
        keypoints: person.pose.keypoints.map {
          $0.x.isFinite && $0.y.isFinite ? Point2(Double($0.x), Double($0.y)) : nil
        })
    }
    let players = movement?.update(samples, at: time) ?? [:]
    return Result(shapes: angles(samples) + courts(players, samples), players: players)
  }

  private func angles(_ samples: [Int: BodySample]) -> [OverlayShape] {
    guard !definitions.isEmpty else { return [] }
    facing = facing.filter { samples[$0.key] != nil }
    return samples.sorted { $0.key < $1.key }.flatMap { identity, sample -> [OverlayShape] in
      var side = settings.side
      if side == .auto { side = facing[identity, default: SideEstimator()].update(sample, body: body) }
      let values = definitions.map { $0.value(of: sample.keypoints, body: body, seen: side) }
      return AngleDrawing.shapes(
        definitions, values: values, keypoints: sample.keypoints, body: body,
        colour: OverlayPalette.identity(identity), fontSize: fontSize)
    }
  }

  private func courts(_ players: [Int: RunningMovement.State], _ samples: [Int: BodySample]) -> [OverlayShape] {
    guard let miniCourt else { return [] }
    let states = players.sorted { $0.key < $1.key }
    let dots = states.map { identity, state in
      MiniCourt.Player(identity: identity, position: state.position, trail: trail(of: identity))
    }
    let speeds = states.compactMap { identity, state -> OverlayShape? in
      guard let speed = state.speed, let box = samples[identity]?.box else { return nil }
      return .label(
        OverlayText.decimal(speed, digits: 1) + " m/s",
        at: .init(Double(box.x1 + box.x2) / 2, Double(box.y2) + fontSize), anchor: .centre, size: fontSize,
        colour: OverlayPalette.identity(identity))
    }
    return speeds + miniCourt.shapes(dots)
  }
}

extension CourtCalibration {
  /// - Throws: `VideoError` where frames are of another size than those in which the points were found.
  func require(_ size: ImageSize, of input: String) throws {
    guard imageSize == [size.width, size.height] else {
      throw VideoError(
        operation: "draw", input: input, code: .invalidData,
        detail:
          "the court was fitted in frames of \(imageSize[0]) × \(imageSize[1]), not \(size.width) × \(size.height)",
        kind: .unusableInput)
    }
  }
}
