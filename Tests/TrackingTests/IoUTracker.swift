import Kapao
import Tracking

/// The plain tracker that others are to beat: boxes that overlap most from one frame to the next, no motion.
struct IoUTracker: PoseTracker {
  private struct Track {
    var id: Int
    var box: Box
    var lastSeen: Double
  }

  /// Overlap that a box needs to be the same person's.
  var leastOverlap: Float = 0.3
  /// Seconds after which someone not seen is forgotten.
  var lossTime = 2.0
  private var tracks: [Track] = []
  private var lastID = 0

  init() {}

  mutating func update(_ poses: [Pose], at time: Double, size: ImageSize) -> [TrackedPose] {
    tracks.removeAll { time - $0.lastSeen > lossTime }
    let costs = tracks.flatMap { track in poses.map { 1 - Double(Self.overlap(track.box, $0.box)) } }
    let columns = HungarianAssignment.columns(
      costs: costs, rows: tracks.count, columns: poses.count, limit: 1 - Double(leastOverlap))
    var ids = [Int?](repeating: nil, count: poses.count)
    for (track, column) in columns.enumerated() {
      guard let column else { continue }
      ids[column] = tracks[track].id
      tracks[track].box = poses[column].box
      tracks[track].lastSeen = time
    }
    for (index, pose) in poses.enumerated() where ids[index] == nil {
      lastID += 1
      ids[index] = lastID
      tracks.append(Track(id: lastID, box: pose.box, lastSeen: time))
    }
    return zip(poses, ids).map { TrackedPose(pose: $0, trackID: $1, lastSeen: time) }
  }

  private static func overlap(_ a: Box, _ b: Box) -> Float {
    let width = min(a.x2, b.x2) - max(a.x1, b.x1)
    let height = min(a.y2, b.y2) - max(a.y1, b.y1)
    guard width > 0, height > 0 else { return 0 }
    let both = width * height
    return both / (a.area + b.area - both)
  }
}
