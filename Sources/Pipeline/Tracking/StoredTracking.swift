import Export
import Kapao
import Tracking

/// Tracks and smooths the poses of a stored CSV, and thins out its frames (`convert`).
///
/// What was found is taken as if it had been found now: the positions before smoothing where the CSV has them, and
/// nobody that smoothing or skipping had put in. Frames in which only such people are count as frames without a detection.
package final class StoredTracking: PoseRevision {
  /// What is done to the poses.
  package struct Settings: Sendable {
    /// Trackers, smoothing and skipping of frames.
    package var tracking = TrackingSettings()
    /// Whether people are told apart anew; otherwise those of the CSV stay.
    package var isTracking = false
    /// Score from which a pose may begin a track, and is written without one; `nil` for that of the CSV's run, or all.
    package var confidence: Float?
    /// Frames from one that is kept to the next.
    package var keepEvery = 1

    /// Nothing.
    package init() {}

    /// Whether anything is done.
    package var isActive: Bool { changesPeople || keepEvery > 1 }

    /// Whether identities or positions change.
    var changesPeople: Bool { isTracking || tracking.changesPoses || tracking.detectEvery != .all }
  }

  /// A frame larger than any, for CSVs that do not say how large theirs is.
  private static let unbounded = ImageSize(width: 1 << 24, height: 1 << 24)

  private let settings: Settings
  private let tracking: StreamTracking<FrameRecord>
  private let smoothing: StreamSmoothing<FrameRecord>?
  private let confidence: Float
  /// Frames that came in, and frames that are done.
  private var (taken, done) = (0, 0)

  /// A revision of one CSV.
  package init(_ settings: Settings, conversion: PoseConversion) {
    self.settings = settings
    var threshold: Float = 0
    if case .number(let value) = conversion.description?.settings["pose_confidence"] { threshold = Float(value) }
    confidence = settings.confidence ?? threshold
    let size = conversion.context.size
    tracking = StreamTracking(
      settings.tracking, skeleton: conversion.context.skeleton, confidence: confidence,
      size: size.width > 0 && size.height > 0 ? size : Self.unbounded)
    smoothing = StreamSmoothing(settings.tracking, skeleton: conversion.context.skeleton)
  }

  /// Takes a frame; gives those that are done and kept, in order.
  package func update(_ record: FrameRecord) -> [FrameRecord] {
    defer { taken += 1 }
    guard settings.changesPeople else { return taken % settings.keepEvery == 0 ? [record] : [] }
    let found = record.people.filter { $0.state == .detected }
    let isSkipped = found.isEmpty && !record.people.isEmpty
    guard !isSkipped, taken % settings.tracking.detectEvery.most == 0 else {
      return kept(tracking.update(record, at: record.time, people: nil))
    }
    guard settings.isTracking else {
      let people = found.map { person in
        var tracked = TrackedPose(pose: person.found, trackID: person.trackID, lastSeen: record.time)
        tracked.followed = person.trackID
        return tracked
      }
      return kept(tracking.update(record, at: record.time, people: people))
    }
    // A pose without a score, from another program, is as good as any.
    func score(_ pose: Pose) -> Float { pose.score.isNaN ? 1 : pose.score }
    let weakest = settings.tracking.tracker == .none ? confidence : min(settings.tracking.weakConfidence, confidence)
    let poses = found.map(\.found).filter { score($0) >= weakest }
    let order = poses.indices.sorted { (score(poses[$0]), $1) > (score(poses[$1]), $0) }
    return kept(tracking.update(record, at: record.time, poses: order.map { poses[$0] }))
  }

  /// The frames that are still in and kept.
  package func finish() -> [FrameRecord] { kept(tracking.finish()) + kept(smoothing?.finish() ?? [], isSmooth: true) }

  /// What the formats may say of the frames that come out.
  package func revised(_ context: ExportContext) -> ExportContext {
    var context = context
    if settings.changesPeople {
      context.hasRawPositions = settings.tracking.changesPoses
      context.hasStates = context.hasStates || context.hasRawPositions || settings.tracking.detectEvery != .all
    }
    context.frameRate = context.frameRate.map { $0 / Double(settings.keepEvery) }
    return context
  }

  /// What the description says of the run.
  package func revised(_ description: RunDescription) -> RunDescription {
    let described = RunDescription.settings(AnalysisSettings.Tracking(resolving: settings.tracking))
    var description = description
    if settings.isTracking {
      for key in Self.identityKeys {
        description.settings[key] = described[key]
      }
      description.settings["pose_confidence"] = .number(Double("\(confidence)")!)
    }
    if settings.changesPeople {
      let earlier = settings.tracking.detectEvery == .all ? description.settings["detect_every"] : nil
      description.settings.merge(described.filter { !Self.identityKeys.contains($0.key) }) { $1 }
      if let earlier { description.settings["detect_every"] = earlier }
    }
    if settings.keepEvery > 1 { description.settings["thin"] = .number(Double(settings.keepEvery)) }
    return description
  }

  private static let identityKeys = AnalysisSettings.Tracking.CodingKeys.identity.map(\.rawValue)

  private func kept(_ frames: [Tracked<FrameRecord>], isSmooth: Bool = false) -> [FrameRecord] {
    let smooth = isSmooth ? frames : smoothing.map { smoothing in frames.flatMap { smoothing.update($0) } } ?? frames
    return smooth.compactMap { frame in
      defer { done += 1 }
      guard done % settings.keepEvery == 0 else { return nil }
      var record = frame.frame
      record.people = frame.shown.map { PersonRecord($0) }
      return record
    }
  }
}

extension PersonRecord {
  /// The pose as it was found: smoothing moves keypoints, and what is left of the box is that of the smoothed pose.
  fileprivate var found: Pose {
    guard let raw else { return pose }
    var pose = pose
    for (index, keypoint) in raw.keypoints.enumerated() where index < pose.keypoints.count {
      (pose.keypoints[index].x, pose.keypoints[index].y) = (keypoint.x, keypoint.y)
    }
    return pose
  }
}

extension PersonRecord {
  /// A person as the exporters see it.
  init(_ person: TrackedPose) {
    let state: State
    switch person.state {
    case .detected: state = .detected
    case .filled: state = .filled
    case .interpolated: state = .interpolated
    case .extrapolated, .predicted, .lost: state = .predicted
    }
    self.init(pose: person.pose, trackID: person.trackID, raw: person.raw, state: state)
  }
}
