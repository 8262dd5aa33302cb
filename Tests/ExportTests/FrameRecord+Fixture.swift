import Export
import Kapao

extension Pose {
  /// A person whose keypoint `k` is at (100 + k, 200.5 - k); every third is fused, with confidence 0.75.
  static func fixture(score: Float = 0.875, count: Int = 17) -> Pose {
    Pose(
      box: Box(x1: 10, y1: 20.25, x2: 300.126, y2: 400), score: score,
      keypoints: (0..<count).map { k in
        let fused = k % 3 == 0
        return Keypoint(
          x: 100 + Float(k), y: 200.5 - Float(k), confidence: fused ? 0.75 : 0, source: fused ? .keypointObject : .pose)
      })
  }
}

extension FrameRecord {
  /// A frame at 30000/1001 frames per second with a time base of 1/30000.
  static func fixture(_ index: Int, people: [PersonRecord] = []) -> FrameRecord {
    FrameRecord(index: index, pts: Int64(index) * 1001, time: Double(index) * 1001 / 30000, people: people)
  }
}
