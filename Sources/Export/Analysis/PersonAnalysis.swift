import Analysis
import Kapao
import Support

/// The angles of one person in one frame.
struct AngleRow {
  let frame: Int
  let time: Double
  let person: Int
  let side: ViewedSide
  /// In the definitions' order, degrees.
  let angles: [Double?]
  /// Keypoints that were repaired: exchanged, dropped and filled.
  let repaired: Int
}

/// One person in the course of an analysis.
package struct PersonAnalysis {
  /// The person's number.
  package let number: Int
  /// The person's name.
  package let name: String
  /// How good the poses are.
  package internal(set) var quality = Quality()
  /// When the person was first and last seen, seconds.
  package internal(set) var span: ClosedRange<Double>?
  /// Angles that `.mot` files or repetitions need, degrees.
  private(set) var angles: RowHistory
  /// Angles that are drawn over time, degrees, by index among the definitions.
  private(set) var charts: [Int: ChartLine]
  /// x and y of each of ``markers``, px, for files of markers.
  private(set) var markers: RowHistory
  /// Places on the floor.
  private(set) var positions = Blocks<Movement.Found>()
  /// What strides are found from.
  private(set) var gait: [Gait.Sample] = []
  /// Finds the scale of pixels from the person's height, if that is known.
  private(set) var scale: GroundScaleEstimator?
  /// When the person was largest in the picture, seconds, and where.
  private(set) var largest: (time: Double, box: Box)?
  /// The last frame that the person was in.
  private(set) var lastFrame: Int?

  let body: Body
  /// The points of files of markers.
  let points: [BodyPoint]
  private let needs: Needs
  private var cleaner: TrackCleaner
  private var facing = SideEstimator()
  private var previous: [Double?] = []
  private var lastTime: Double?

  /// What is kept of every frame until the end.
  struct Needs {
    /// Indices of the angles among the definitions.
    var angles: [Int] = []
    /// Indices of the angles that are drawn over time.
    var charts: [Int] = []
    var markers = false
    var gait = false
    /// Metres.
    var height: Double?
  }

  /// Counts of what was found and of what was repaired.
  package struct Quality: Hashable, Sendable, Codable {
    /// Frames in which the person is.
    package var frames = 0
    /// Of these, those where the person was found (and not interpolated, predicted or filled).
    package var detected = 0
    /// Keypoints that were there.
    package var keypoints = 0
    /// Keypoints whose left and right were exchanged back.
    package var exchanged = 0
    /// Keypoints that were dropped as outliers.
    package var outliers = 0
    /// Keypoints that were filled.
    package var filled = 0
    /// Positions that were dropped as out of human reach.
    package var unreachable = 0
    /// Positions that were off the court.
    package var offCourt = 0
  }

  init(number: Int, name: String, body: Body, cleaning: TrackCleaner.Settings, needs: Needs) {
    self.number = number
    self.name = name
    self.body = body
    cleaner = TrackCleaner(body: body, settings: cleaning)
    self.needs = needs
    points = BodyPoint.openSim.filter(body.has)
    angles = RowHistory(width: needs.angles.count)
    charts = Dictionary(uniqueKeysWithValues: needs.charts.map { ($0, ChartLine(longestGap: 0.5)) })
    markers = RowHistory(width: needs.markers ? 2 * points.count : 0)
    scale = needs.height.map { GroundScaleEstimator(height: $0, body: body) }
  }

  var oldestFrame: Int? { cleaner.oldestFrame }

  /// Whether the person has been away for so long that nothing waits for them any more.
  func isAway(at time: Double) -> Bool { lastTime.map { time - $0 > 1 } ?? false && cleaner.oldestFrame != nil }

  mutating func update(_ sample: BodySample, _ entry: PersonRecord) -> [TrackCleaner.Cleaned] {
    lastFrame = sample.frame
    lastTime = sample.time
    quality.frames += 1
    if entry.state == .detected {
      quality.detected += 1
      if sample.box.area > largest?.box.area ?? 0 { largest = (sample.time, sample.box) }
    }
    return cleaner.update(sample)
  }

  mutating func finishCleaning() -> [TrackCleaner.Cleaned] { cleaner.finish() }

  mutating func add(
    _ cleaned: TrackCleaner.Cleaned, settings: PoseAnalysis.Settings, definitions: [AngleDefinition]
  ) -> AngleRow {
    let sample = cleaned.sample
    span = (span?.lowerBound ?? sample.time)...max(span?.upperBound ?? sample.time, sample.time)
    quality.keypoints += cleaned.found.count { $0 != nil }
    quality.exchanged += cleaned.exchanged.count
    quality.outliers += cleaned.outliers.count
    quality.filled += cleaned.filled.count
    if let calibration = settings.calibration,
      let place = FloorPosition(of: sample, body: body, calibration: calibration)
    {
      if calibration.court.isInPlay(place.point) {
        positions.append(
          Movement.Found(frame: sample.frame, time: sample.time, point: place.point, uncertainty: place.uncertainty))
      } else {
        quality.offCourt += 1
      }
    }
    let side = settings.side == .auto ? facing.update(sample, body: body) : settings.side
    if previous.isEmpty { previous = Array(repeating: nil, count: definitions.count) }
    let values = definitions.indices.map { index -> Double? in
      guard let value = definitions[index].value(of: sample.keypoints, body: body, seen: side) else { return nil }
      previous[index] = definitions[index].unwrapped(value, after: previous[index])
      return previous[index]
    }
    angles.append(needs.angles.map { values[$0].map(Float.init) ?? .nan }, frame: sample.frame, time: sample.time)
    for index in needs.charts { values[index].map { charts[index]?.add($0, at: sample.time) } }
    if needs.markers { keepMarkers(sample) }
    if needs.gait { keepGait(sample, side: side) }
    scale?.add(sample)
    return AngleRow(
      frame: sample.frame, time: sample.time, person: number, side: side, angles: values,
      repaired: cleaned.exchanged.union(cleaned.outliers).union(cleaned.filled).count)
  }

  private mutating func keepMarkers(_ sample: BodySample) {
    let values = points.flatMap { point -> [Float] in
      guard let place = body.position(point, in: sample.keypoints) else { return [.nan, .nan] }
      return [Float(place.x), Float(place.y)]
    }
    markers.append(values, frame: sample.frame, time: sample.time)
  }

  private mutating func keepGait(_ sample: BodySample, side: ViewedSide) {
    guard let hip = body.position(.hip, in: sample.keypoints) else { return }
    let direction: Double =
      switch side {
      case .right: 1
      case .left: -1
      default: 0
      }
    gait.append(
      .init(
        time: sample.time, left: body.position(.leftAnkle, in: sample.keypoints),
        right: body.position(.rightAnkle, in: sample.keypoints), hip: hip, direction: direction))
  }

  /// The frames in which an angle is known: seconds and degrees.
  func series(_ index: Int) -> [(time: Double, angle: Double)] {
    guard let column = needs.angles.firstIndex(of: index) else { return [] }
    return zip(angles.times, angles.column(column)).compactMap { $1.isFinite ? ($0, Double($1)) : nil }
  }

  /// Strides, in metres where there is a scale.
  func strides(_ scale: GroundScale?) -> Gait {
    guard let scale else { return Gait(gait) }
    return Gait(
      gait.map {
        .init(
          time: $0.time, left: $0.left.map(scale.position), right: $0.right.map(scale.position),
          hip: scale.position(of: $0.hip), direction: $0.direction)
      })
  }

  /// How the person moves, if the court is known. For hours of match it is larger than what it is made from, so it is made for one
  /// person at a time.
  func movement(_ settings: PoseAnalysis.Settings) -> Movement? {
    settings.calibration == nil ? nil : Movement(positions, settings: settings.movement)
  }
}
