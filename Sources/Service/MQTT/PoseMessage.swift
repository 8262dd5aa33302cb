import Export
import Foundation
import Kapao

/// One picture's poses as JSON, with the names of the native formats.
package struct PoseMessage: Encodable {
  struct Person: Encodable {
    let track_id: Int?
    let state: String
    let score: Double
    let bbox: [Double]
    let keypoints: [String: Point]
  }

  struct Point: Encodable {
    let x: Double
    let y: Double
    /// The fused keypoint object's confidence; left out where there is none.
    let conf: Double?
    let src: String
  }

  let frame: Int
  let time_s: Double
  /// Seconds since 1970.
  let clock: Double
  let people: [Person]

  package init(_ record: FrameRecord, date: Date, skeleton: Skeleton, keypointObjectsOnly: Bool = false) {
    func rounded(_ value: Float) -> Double { (Double(value) * 100).rounded() / 100 }
    frame = record.index
    time_s = (record.time * 1e6).rounded() / 1e6
    clock = (date.timeIntervalSince1970 * 1000).rounded() / 1000
    people = record.people.map { person in
      let pose = person.pose
      let points = zip(skeleton.keypointNames, pose.keypoints).filter {
        $0.1.isShown(keypointObjectsOnly: keypointObjectsOnly)
      }
      return Person(
        track_id: person.trackID, state: person.state.rawValue, score: (Double(pose.score) * 10000).rounded() / 10000,
        bbox: [pose.box.x1, pose.box.y1, pose.box.x2, pose.box.y2].map(rounded),
        keypoints: Dictionary(
          points.map { name, point in
            let isFused = point.source == .keypointObject
            return (
              name,
              Point(
                x: rounded(point.x), y: rounded(point.y),
                conf: isFused ? (Double(point.confidence) * 10000).rounded() / 10000 : nil,
                src: point.source.rawValue)
            )
          }, uniquingKeysWith: { $1 }))
    }
  }
}
