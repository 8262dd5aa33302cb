import Foundation
import VideoIO

/// How far a run has come.
public struct AnnotationProgress: Sendable {
  /// Frames that are done.
  public var frames = 0
  /// Frames in which people were detected.
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

/// Counts the frames and people that are done.
final class ProgressCounter: @unchecked Sendable {
  // @unchecked: the state is only touched under the lock.

  private let lock = NSLock()
  private let start = DispatchTime.now().uptimeNanoseconds
  private var state = AnnotationProgress()
  /// Frames a second over the last frames, for the text on the frame.
  private var recent = RecentRate()

  init(expectedFrames: Int?) { state.expectedFrames = expectedFrames }

  var value: AnnotationProgress {
    lock.withLock {
      var value = state
      value.seconds = seconds
      return value
    }
  }

  /// Counts a frame; returns the frame rate of the last frames.
  func count(_ people: Int, isDetected: Bool) -> Double {
    lock.withLock {
      state.frames += 1
      if isDetected { state.detectedFrames += 1 }
      state.people += people
      if people > 0 { state.framesWithPeople += 1 }
      return recent.add(seconds)
    }
  }

  private var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 }
}

/// Events a second over the last thirty events.
struct RecentRate {
  private static let window = 30
  private var times: [Double] = []

  /// Adds an event at a time in seconds; returns the rate, 0 for the first.
  mutating func add(_ time: Double) -> Double {
    times.append(time)
    if times.count > Self.window { times.removeFirst() }
    let span = time - times[0]
    return span > 0 ? Double(times.count - 1) / span : 0
  }
}

/// What a run came to.
public struct AnnotationSummary: Sendable {
  /// Frames, people and time.
  public let progress: AnnotationProgress
  /// What was damaged in the input.
  public let damage: DamageReport
  /// Time of each stage.
  package let stages: [StageMetrics]
  /// What could not be taken over into the output, one sentence each.
  public let warnings: [String]
  /// The video that was written; `nil` if none was asked for or it failed.
  public let video: String?
  /// Files and folders of poses that were written.
  public let exports: [String]
  /// Why other outputs failed, an error for each.
  public let failures: [any Error]
  /// Whether people were refined in crops, in frames without a detection too.
  package let isRefined: Bool
  /// Frames of which the stored poses have rows; `nil` where poses were found.
  package let matched: Int?
  /// Frames without a detection.
  public var skipped: Int { progress.frames - progress.detectedFrames }
  /// Whether the run was interrupted; its outputs are complete up to there.
  public let wasInterrupted: Bool
}
