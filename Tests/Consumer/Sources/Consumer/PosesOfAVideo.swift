import KapaoVideo

/// Prints where the nose of each player is in each frame.
func printNoses(in video: String, model path: String) throws {
  let detector = try PoseDetector(model: Model.load(path))
  var tracker = OKSTracker(skeleton: detector.skeleton)
  let reader = try VideoReader(video)
  while let item = try reader.next() {
    guard case .frame(let frame) = item else { continue }
    let poses = try detector.poses(in: frame)
    for person in tracker.update(poses, at: frame.time, size: frame.size) where person.isShown {
      guard let number = person.trackID else { continue }
      let nose = person.pose.keypoints[0]
      print("\(frame.time) s: person \(number) at \(nose.x), \(nose.y), confidence \(nose.confidence)")
    }
  }
}
