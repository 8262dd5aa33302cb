import Kapao

extension TrackedPose {
  /// Seconds for which a pose that is moved on by its speed is believed.
  public static let longestExtrapolation = Tracklet.Model.coasting

  /// The person so many seconds later (or earlier, where negative), moved as a whole with the speed of the body.
  ///
  /// - Returns: `nil` for someone who is not shown, after `longestExtrapolation`, and out of the picture.
  func extrapolated(by seconds: Double, size: ImageSize) -> TrackedPose? {
    guard isShown, abs(seconds) <= Self.longestExtrapolation + 1e-6 else { return nil }
    var person = self
    person.pose = pose.moved(x: velocity.x * seconds, y: velocity.y * seconds)
    person.pose.box = person.pose.box.clipped(width: size.width, height: size.height)
    person.raw = nil
    person.state = .extrapolated
    return person.pose.box.area > 0 ? person : nil
  }
}
