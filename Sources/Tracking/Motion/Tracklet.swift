import Foundation
import Kapao

/// One person followed over time: the last pose, where it should be by now, and since when it was not seen.
///
/// The motion is that of the body as a whole, a Kalman filter with constant velocity for x and one for y; limbs and the
/// box are taken as they were last seen. (A filter for each keypoint throws arms far from the body as soon as the person is
/// hidden for some tenths of a second.) All of the filter's constants are in body sizes, so that a person near the
/// camera and one far away are treated alike; body size is half the box's diagonal.
///
/// The filter is for prediction: what a tracker gives out is the pose as it was found.
struct Tracklet {
  /// A number that no other of the same tracker has.
  let number: Int
  /// When it was first seen, in seconds.
  let born: Double
  private(set) var lastSeen: Double
  /// Seconds since it was last seen.
  private(set) var unseen = 0.0
  /// Frames it was seen in.
  private(set) var hits = 1
  /// The pose as it was last seen.
  var pose: Pose { seen.pose }
  /// Where the keypoints should be by now.
  private(set) var shape: BodyShape
  /// Where the box should be by now.
  private(set) var box: Box
  /// Where it was last seen.
  private(set) var seen: Observation
  /// Half the box's diagonal in pixels, smoothed over time.
  private(set) var size: Double
  private let model: Model
  private var x: AxisFilter
  private var y: AxisFilter
  /// Where the pose that was last seen is, in the filters' coordinates.
  private var seenAt: (x: Double, y: Double)
  /// Whether the frame before was predicted too.
  private var isCoasting = false

  /// Constants, in body sizes and seconds.
  struct Model: Hashable {
    /// Standard deviation of a measured position.
    var noise: Double
    /// Standard deviation of the change of velocity in a second.
    var agility: Double
    /// Seconds after which someone unseen is assumed to have lost most of the speed.
    var memory: Double
    /// Whether the filter is of the box's middle and predictions start from its position, which goes straight on when two
    /// who meet are found as one, somewhere in the middle; else of the keypoints, and predictions start from the pose as
    /// it was last seen.
    var isSmooth: Bool

    /// Standard deviation of an unknown velocity.
    static let speed = 2.5
    /// The fastest one may be.
    static let fastest = 12.0
    /// Seconds for which a predicted pose is believed.
    static let coasting = 0.5
    /// Anyone.
    static let general = Model(noise: 0.06, agility: 0.7, memory: 3, isSmooth: true)
    /// Players, who start and turn faster than they walk.
    static let player = Model(noise: 0.04, agility: 2, memory: 1, isSmooth: false)
  }

  init(_ observation: Observation, at time: Double, number: Int, model: Model) {
    self.number = number
    self.model = model
    born = time
    lastSeen = time
    seen = observation
    shape = observation.shape
    size = observation.size
    box = observation.box
    let noise = model.noise * size
    let speed = Model.speed * size
    x = AxisFilter(position: 0, variance: noise * noise, velocityVariance: speed * speed)
    y = x
    seenAt = (0, 0)
  }

  /// Seconds from the first to the last sight.
  var seenFor: Double { lastSeen - born }

  /// The pose where it should be by now.
  var predictedPose: Pose {
    pose.moved(x: x.position - seenAt.x, y: y.position - seenAt.y)
  }

  /// The person as one that is known but was not found in this frame.
  func unseenPose(id: Int?, role: TrackedPose.Role? = nil) -> TrackedPose {
    following(
      TrackedPose(
        pose: predictedPose, trackID: id, state: unseen <= Model.coasting ? .predicted : .lost, role: role,
        lastSeen: lastSeen))
  }

  /// A pose of this person, with what is known of the motion.
  func following(_ person: TrackedPose) -> TrackedPose {
    var person = person
    person.followed = number
    person.velocity = TrackedPose.Velocity(x: x.velocity, y: y.velocity)
    return person
  }

  /// Moves on by `seconds`.
  mutating func predict(seconds: Double) {
    unseen += seconds
    guard seconds > 0 else { return }
    let before = (x: x.position, y: y.position)
    let disturbance = model.agility * model.agility * size * size
    let memory = isCoasting ? model.memory : .infinity
    x.predict(seconds: seconds, disturbance: disturbance, memory: memory)
    y.predict(seconds: seconds, disturbance: disturbance, memory: memory)
    move(x: x.position - before.x, y: y.position - before.y)
    isCoasting = true
  }

  /// Box and keypoints at the place nearest to another box on the straight way from where the person was last seen to where
  /// he or she should be by now.
  func onTheWay(to other: Box) -> (box: Box, shape: BodyShape) {
    let (way, there) = (seen.box.displacement(to: box), seen.box.displacement(to: other))
    let length = way.x * way.x + way.y * way.y
    let share = length > 0 ? min(1, max(0, (way.x * there.x + way.y * there.y) / length)) : 0
    var shape = seen.shape
    shape.move(x: share * way.x, y: share * way.y)
    return (seen.box.moved(x: Float(share * way.x), y: Float(share * way.y)), shape)
  }

  private mutating func move(x dx: Double, y dy: Double) {
    shape.move(x: dx, y: dy)
    box = box.moved(x: Float(dx), y: Float(dy))
  }

  /// Takes over a pose of the frame at `time`.
  ///
  /// - Parameter doubt: How much larger the variance of its position is than usual, as a factor beyond 1.
  mutating func update(_ observation: Observation, at time: Double, doubt: Double = 0) {
    let moved =
      (model.isSmooth ? nil : shape.displacement(to: observation.shape)) ?? box.displacement(to: observation.box)
    seenAt = (x.position + moved.x, y.position + moved.y)
    let variance = model.noise * model.noise * size * size * (1 + doubt)
    x.correct(position: seenAt.x, variance: variance)
    y.correct(position: seenAt.y, variance: variance)
    let elapsed = time - lastSeen
    // Sizes jump when a box is cut off or an arm is raised: follow them within some tenths of a second.
    size += (observation.size - size) * min(1, max(0.1, elapsed / 0.3))
    let limit = Model.fastest * size
    if abs(x.velocity) > limit || abs(y.velocity) > limit { stop() }
    if !model.isSmooth { seenAt = (x.position, y.position) }
    seen = observation
    shape = observation.shape
    box = observation.box
    move(x: x.position - seenAt.x, y: y.position - seenAt.y)
    lastSeen = time
    unseen = 0
    hits += 1
    isCoasting = false
  }

  /// Forgets the motion, as after a break in the stream, and counts as last seen at `time`.
  mutating func rebase(to time: Double) {
    stop()
    lastSeen = time
    unseen = 0
  }

  private mutating func stop() {
    let speed = Model.speed * size
    x.stop(velocityVariance: speed * speed)
    y.stop(velocityVariance: speed * speed)
  }
}

extension Box {
  fileprivate func moved(x dx: Float, y dy: Float) -> Box { Box(x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy) }

  /// How far the middle of another box is from the middle of this one.
  fileprivate func displacement(to other: Box) -> (x: Double, y: Double) {
    (Double(other.x1 + other.x2 - x1 - x2) / 2, Double(other.y1 + other.y2 - y1 - y2) / 2)
  }
}

/// A pose of the current frame as the trackers measure it: positions that are numbers, and the person's size.
struct Observation {
  let pose: Pose
  /// Its place in the frame's poses.
  let index: Int
  let shape: BodyShape
  /// The pose's box, or that of the keypoints where it is none.
  let box: Box
  /// Half the box's diagonal in pixels: unlike the box's area it hardly changes with the stride.
  let size: Double
  /// Whether the pose may begin a track; a weak one only carries one on.
  let isConfident: Bool

  /// `nil` for a pose without any position that is a number. One without keypoints, from another program, is its box.
  init?(_ pose: Pose, index: Int, confidence: Float) {
    let corners = [pose.box.x1, pose.box.y1, pose.box.x2, pose.box.y2]
    let isBox = corners.allSatisfy { abs($0) < BodyShape.limit } && pose.box.width > 0 && pose.box.height > 0
    var shape = BodyShape(pose.keypoints)
    if shape.bounds == nil, isBox { shape = BodyShape(pose.box) }
    guard let bounds = shape.bounds else { return nil }
    self.pose = pose
    self.index = index
    self.shape = shape
    box = isBox ? pose.box : bounds
    // The box's or the keypoints', whichever is larger: weak poses have boxes around a part of the body.
    size = max(1, Self.halfDiagonal(box), Self.halfDiagonal(bounds))
    // A pose without a score, from another program, is as good as any.
    isConfident = !(pose.score < confidence)
  }

  private static func halfDiagonal(_ box: Box) -> Double {
    let (width, height) = (Double(box.width), Double(box.height))
    return (width * width + height * height).squareRoot() / 2
  }
}

/// The time between frames, with what a stream's time stamps may do.
struct TrackClock: Hashable {
  /// What a frame's time means.
  enum Step: Hashable {
    /// The first frame.
    case first
    /// So many seconds after the frame before; 0 for a time that stands still, goes back a little or is no number.
    case forward(Double)
    /// The stream began anew: its time went back by more than `tolerance`.
    case restarted
  }

  /// Seconds by which time may go back without being a new beginning.
  static let tolerance = 0.5

  /// The last frame's time in seconds; it never goes back but by a new beginning.
  private(set) var now: Double?

  /// Takes a frame's time in seconds.
  mutating func advance(to time: Double) -> Step {
    guard time.isFinite else {
      if now == nil { now = 0 }
      return .forward(0)
    }
    guard let last = now else {
      now = time
      return .first
    }
    guard time < last - Self.tolerance else {
      now = max(time, last)
      return .forward(max(0, time - last))
    }
    now = time
    return .restarted
  }
}

/// A Kalman filter of one coordinate with constant velocity: pixels, pixels per second.
///
/// The velocity is disturbed by white noise, so that time steps may be of any length: two short ones have the effect of
/// a long one.
struct AxisFilter: Hashable {
  private(set) var position: Double
  private(set) var velocity: Double
  /// Variance of the position, covariance, and variance of the velocity.
  private(set) var positionVariance: Double
  private var covariance: Double
  private var velocityVariance: Double

  /// At rest as far as one knows.
  init(position: Double, variance: Double, velocityVariance: Double) {
    self.position = position
    velocity = 0
    positionVariance = variance
    covariance = 0
    self.velocityVariance = velocityVariance
  }

  /// Moves on by `seconds`.
  ///
  /// - Parameters:
  ///   - disturbance: Growth of the velocity's variance, in square pixels per second cubed.
  ///   - memory: Seconds in which the velocity falls to 1/e; infinite for constant velocity.
  mutating func predict(seconds: Double, disturbance: Double, memory: Double) {
    let kept = memory.isFinite ? exp(-seconds / memory) : 1
    let reach = memory.isFinite ? memory * (1 - kept) : seconds
    position += velocity * reach
    velocity *= kept
    positionVariance +=
      2 * reach * covariance + reach * reach * velocityVariance + disturbance * seconds * seconds * seconds / 3
    covariance = kept * (covariance + reach * velocityVariance) + disturbance * seconds * seconds / 2
    velocityVariance = kept * kept * velocityVariance + disturbance * seconds
  }

  /// Takes a measured position into account.
  mutating func correct(position measured: Double, variance: Double) {
    let total = positionVariance + variance
    let (positionGain, velocityGain) = (positionVariance / total, covariance / total)
    let difference = measured - position
    position += positionGain * difference
    velocity += velocityGain * difference
    velocityVariance -= velocityGain * covariance
    covariance *= 1 - positionGain
    positionVariance *= 1 - positionGain
  }

  /// Forgets the motion but not the place.
  mutating func stop(velocityVariance: Double) {
    velocity = 0
    covariance = 0
    self.velocityVariance = velocityVariance
  }
}
