import Kapao

/// One person followed over time: the last pose, where it should be by now, and since when it was not seen.
///
/// The motion is that of the body as a whole, a Kalman filter with constant velocity for x and one for y; limbs are
/// taken as they were last seen. (A filter for each keypoint throws arms far from the body as soon as the person is
/// hidden for some tenths of a second.) All of the filter's constants are in body sizes, so that a person near the
/// camera and one far away are treated alike; body size is half the box's diagonal.
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
  private(set) var pose: Pose
  /// Where the keypoints should be by now.
  private(set) var shape: BodyShape
  /// Half the box's diagonal in pixels, smoothed over time.
  private(set) var size: Double
  private var x: AxisFilter
  private var y: AxisFilter
  /// The filters' position when the pose was seen.
  private var seenAt: (x: Double, y: Double)
  /// Whether the frame before was predicted too.
  private var isCoasting = false

  /// Constants, in body sizes and seconds.
  enum Model {
    /// Standard deviation of a measured position.
    static let noise = 0.04
    /// Standard deviation of an unknown velocity.
    static let speed = 2.5
    /// Standard deviation of the change of velocity in a second.
    static let agility = 2.0
    /// The fastest one may be.
    static let fastest = 12.0
    /// Seconds after which someone unseen is assumed to have lost most of the speed.
    static let memory = 1.0
    /// Seconds for which a predicted pose is believed.
    static let coasting = 0.5
  }

  init(_ observation: Observation, at time: Double, number: Int) {
    self.number = number
    born = time
    lastSeen = time
    pose = observation.pose
    shape = observation.shape
    size = observation.size
    let noise = Model.noise * size
    let speed = Model.speed * size
    x = AxisFilter(position: 0, variance: noise * noise, velocityVariance: speed * speed)
    y = x
    seenAt = (0, 0)
  }

  /// Seconds from the first to the last sight.
  var seenFor: Double { lastSeen - born }

  /// Uncertainty of the place: the larger variance of the two directions, in square pixels.
  var variance: Double { max(x.positionVariance, y.positionVariance) }

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
    let disturbance = Model.agility * Model.agility * size * size
    let memory = isCoasting ? Model.memory : .infinity
    x.predict(seconds: seconds, disturbance: disturbance, memory: memory)
    y.predict(seconds: seconds, disturbance: disturbance, memory: memory)
    shape.move(x: x.position - before.x, y: y.position - before.y)
    isCoasting = true
  }

  /// Takes over a pose of the frame at `time`.
  mutating func update(_ observation: Observation, at time: Double) {
    if let moved = shape.displacement(to: observation.shape) {
      let noise = Model.noise * size
      x.correct(position: x.position + moved.x, variance: noise * noise)
      y.correct(position: y.position + moved.y, variance: noise * noise)
    }
    let elapsed = time - lastSeen
    // Sizes jump when a box is cut off or an arm is raised: follow them within some tenths of a second.
    size += (observation.size - size) * min(1, max(0.1, elapsed / 0.3))
    let limit = Model.fastest * size
    if abs(x.velocity) > limit || abs(y.velocity) > limit { stop() }
    seenAt = (x.position, y.position)
    pose = observation.pose
    shape = observation.shape
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
