import Kapao

/// Where the columns of a native CSV are.
///
/// All columns of the format must be there, in any order; others, which a spreadsheet or a later version added, are
/// skipped.
struct PoseCSVColumns {
  /// A keypoint's columns.
  struct Point {
    let x: Int
    let y: Int
    let confidence: Int
    let source: Int
  }

  let names: [String]
  let frame: Int
  let time: Int
  let pts: Int
  let track: Int
  let score: Int
  let box: [Int]
  let points: [Point]
  let skeleton: Skeleton
  /// Only where frames were skipped or poses smoothed.
  let state: Int?
  /// The columns of the positions as they were found, of each keypoint; only where poses were smoothed.
  let raw: [(x: Int, y: Int)]?

  /// - Throws: `PoseCSVError` naming what is missing.
  init(_ names: [String], path: String) throws {
    var positions: [String: Int] = [:]
    for (index, name) in names.enumerated() where !name.isEmpty {
      guard positions.updateValue(index, forKey: name) == nil else {
        throw PoseCSVError(path: path, line: 1, column: name, reason: "there are two columns of this name")
      }
    }
    func position(_ name: String) throws -> Int {
      guard let index = positions[name] else {
        throw PoseCSVError(path: path, line: 1, column: name, reason: "the column is missing; is this a native CSV?")
      }
      return index
    }
    frame = try position("frame")
    time = try position("time_s")
    pts = try position("pts")
    track = try position("track_id")
    score = try position("person_score")
    box = try ["bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"].map(position)
    // COCO's keypoints have a nose, CrowdPose's a neck.
    let skeleton = positions["neck_src"] == nil ? Skeleton.coco17 : .crowdPose14
    self.skeleton = skeleton
    points = try skeleton.keypointNames.map { name in
      Point(
        x: try position("\(name)_x"), y: try position("\(name)_y"), confidence: try position("\(name)_conf"),
        source: try position("\(name)_src"))
    }
    state = positions["state"]
    let keypoints = skeleton.keypointNames
    raw =
      positions["\(keypoints[0])_x_raw"] == nil
      ? nil : try keypoints.map { (x: try position("\($0)_x_raw"), y: try position("\($0)_y_raw")) }
    self.names = names
  }
}
