import Export
import Kapao

extension ExportContext {
  /// A video at 30000/1001 frames a second and its network.
  static func fixture(
    _ skeleton: Skeleton = .coco17, keypointObjectsOnly: Bool = false, hasStates: Bool = false
  ) -> ExportContext {
    ExportContext(
      skeleton: skeleton, source: "clips/match.mp4", frameRate: 30000.0 / 1001,
      size: ImageSize(width: 1920, height: 1080), model: "kapao_n.safetensors",
      keypointObjectsOnly: keypointObjectsOnly, hasStates: hasStates)
  }
}

extension PersonRecord {
  /// A tracked person; `missing` keypoints have no position.
  static func fixture(_ trackID: Int? = nil, score: Float = 0.875, missing: [Int] = [], count: Int = 17) -> PersonRecord
  {
    var pose = Pose.fixture(score: score, count: count)
    for index in missing { pose.keypoints[index].x = .nan }
    return PersonRecord(pose: pose, trackID: trackID)
  }
}

extension PoseWriter {
  /// Writes frames and finishes.
  func writeAll(_ records: [FrameRecord]) throws {
    for record in records { try write(record) }
    try finish()
  }
}
