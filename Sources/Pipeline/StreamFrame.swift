import Kapao
import Support
import VideoIO

/// A decoded frame on its way through the stages.
struct StreamFrame: Sendable, Weighted {
  /// Upright, 4:2:0, as the decoder gave it.
  let frame: VideoFrame
  /// Its place on the time line of the file or live stream, in seconds.
  let time: Double
  /// When it came, in seconds of the monotonic clock.
  let arrival: Double
  /// Whether people are to be detected in it, where that is known beforehand.
  var isDue = true
  /// What was detected in it before, where that is kept.
  var stored: [Pose]?
  /// Seconds of the detection; `nil` where there was none.
  var detectionSeconds: Double?

  var byteCount: Int { frame.size.width * frame.size.height * 3 / 2 }
}

extension StreamFrame {
  /// A frame of a file.
  init(_ frame: VideoFrame, isDue: Bool) {
    self.init(frame: frame, time: frame.time, arrival: MonotonicTime.seconds, isDue: isDue)
  }

  /// A frame of a file with what was detected in it before; `nil` for a frame without a detection.
  init(_ frame: VideoFrame, stored: [Pose]?) {
    self.init(frame, isDue: stored != nil)
    self.stored = stored
  }
}

/// A frame with the people detected in it.
struct DetectedFrame: Sendable, Weighted {
  let frame: StreamFrame
  /// `nil` for a frame without a detection.
  let poses: [Pose]?

  var byteCount: Int { frame.byteCount }
}

extension Tracked: Weighted where Frame: Weighted {
  package var byteCount: Int { frame.byteCount }
}

/// What is done at each stage between a source's frames and its outputs.
struct PoseStages: Sendable {
  typealias Worker<Input, Output> = @Sendable (Input, StageClock) throws -> Output?

  /// Each worker of the detection; a frame for which it gives `nil` is dropped.
  var detect: [Worker<StreamFrame, DetectedFrame>]
  /// What happens to frames for which the detection is too slow, and how many wait.
  var policy = OverflowPolicy.block
  var capacity = 2
  /// Of so many frames one is detected in.
  var detectEvery = 1
  /// What limits the frames between detection and outputs.
  var flow: StageGate?
  /// Where the workers of networks work; threads of their own by default.
  var thread: WorkerThread?
  /// Gives identities; frames may come back later.
  var track: @Sendable (DetectedFrame) throws -> [Tracked<StreamFrame>]
  /// The frames that tracking still has at the end.
  var finishTracking: @Sendable () -> [Tracked<StreamFrame>] = { [] }
  /// Each worker of the refinement, if there is one.
  var refine: [Worker<Tracked<StreamFrame>, Tracked<StreamFrame>>] = []
  /// Filters along the tracks, if there are any.
  var smoothing: StreamSmoothing<StreamFrame>?
}

extension StageGraph {
  /// The way of every frame, of files and of live streams: detect ─▶ track [─▶ refine] [─▶ smooth].
  func people(in frames: StageLink<StreamFrame>, _ stages: PoseStages) -> StageLink<Tracked<StreamFrame>> {
    let threads = stages.thread.map { [$0] }
    let detected = parallelStage(
      "detect", frames, steps: DetectionWorker.steps, policy: stages.policy, capacity: stages.capacity,
      costlyEvery: stages.detectEvery, flow: stages.flow, threads: threads, workers: stages.detect)
    let tracked = delayingStage("track", detected, stages.track, finish: stages.finishTracking)
    let refined =
      stages.refine.isEmpty
      ? tracked : parallelStage("refine", tracked, threads: threads, workers: stages.refine)
    guard let smoothing = stages.smoothing else { return refined }
    return delayingStage("smooth", refined) {
      smoothing.update($0)
    } finish: {
      smoothing.finish()
    }
  }
}
