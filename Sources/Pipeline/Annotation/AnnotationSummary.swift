import VideoIO

/// What a run came to.
public struct AnnotationSummary: Sendable {
  /// Frames, people and time.
  public let progress: AnnotationProgress
  /// What was damaged in the input.
  public let damage: DamageReport
  /// Time of each stage.
  public let stages: [StageMetrics]
  /// What could not be taken over into the output, one sentence each.
  public let warnings: [String]
  /// The video that was written; `nil` if none was asked for or it failed.
  public let video: String?
  /// Files and folders of poses that were written.
  public let exports: [String]
  /// Why other outputs failed, an error for each.
  public let failures: [any Error]
  /// Frames in which nobody was looked for.
  public var skipped: Int { progress.frames - progress.detectedFrames }
  /// Whether the run was interrupted; its outputs are complete up to there.
  public let wasInterrupted: Bool
}
