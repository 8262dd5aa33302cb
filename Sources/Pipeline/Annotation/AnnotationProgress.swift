/// How far a run has come.
public struct AnnotationProgress: Sendable {
  /// Frames that are done.
  public var frames = 0
  /// Frames in which people were looked for.
  public var detectedFrames = 0
  /// Frames that are expected, where the container says so.
  public var expectedFrames: Int?
  /// People found, summed over frames.
  public var people = 0
  /// Frames with at least one person.
  public var framesWithPeople = 0
  /// Seconds since the run began.
  public var seconds = 0.0

  /// Frames a second so far.
  public var frameRate: Double { seconds > 0 ? Double(frames) / seconds : 0 }
  /// The share that is done, 0…1.
  public var share: Double? { expectedFrames.map { min(1, Double(frames) / Double(max(1, $0))) } }
  /// Seconds to go.
  public var remaining: Double? {
    guard let expectedFrames, frameRate > 0 else { return nil }
    return Double(max(0, expectedFrames - frames)) / frameRate
  }
}
