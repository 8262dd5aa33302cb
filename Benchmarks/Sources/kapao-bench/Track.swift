import ArgumentParser
import Foundation
import Kapao
import Tracking

/// Runs a tracker over poses from standard input and prints who is who: `frame index identity`, one pose a line. The
/// median time of a frame in milliseconds goes to standard error.
///
/// Input: one pose a line, `frame time score x1 y1 x2 y2` and then x and y of 17 keypoints, in ascending frames; a line
/// `frame time` alone is a frame with nobody.
struct Track: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Runs a tracker over poses from standard input.")

  @Option(help: "oks or players.") var tracker = "oks"
  @Option(help: "The number of players.") var people = 2
  @Option(help: "Score from which poses are confident.") var confidence: Float = 0.5
  @Option var width = 1280
  @Option var height = 720

  private struct Frame {
    var number: Int
    var time: Double
    var poses: [Pose]
  }

  func run() throws {
    var tracker: any PoseTracker = OKSTracker(skeleton: .coco17, settings: .init(confidence: confidence))
    if self.tracker == "players" {
      var settings = PlayerTracker.Settings(confidence: confidence)
      settings.players = people
      tracker = PlayerTracker(settings: settings)
    }
    let size = ImageSize(width: width, height: height)
    var times: [Double] = []
    for frame in frames() {
      let order = frame.poses.indices.sorted { frame.poses[$0].score > frame.poses[$1].score }
      let poses = order.map { frame.poses[$0] }
      let start = DispatchTime.now().uptimeNanoseconds
      let tracked = tracker.update(poses, at: frame.time, size: size)
      times.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
      for person in tracked where person.state == .detected {
        guard let id = person.trackID, let place = poses.firstIndex(of: person.pose) else { continue }
        print(frame.number, order[place], id)
      }
    }
    times.sort()
    FileHandle.standardError.write(Data("\(times.isEmpty ? 0 : times[times.count / 2])\n".utf8))
  }

  private func frames() -> [Frame] {
    var frames: [Frame] = []
    while let line = readLine() {
      let numbers = line.split(separator: " ").compactMap { Double($0) }
      guard numbers.count >= 2 else { continue }
      if frames.last?.number != Int(numbers[0]) {
        frames.append(Frame(number: Int(numbers[0]), time: numbers[1], poses: []))
      }
      guard numbers.count == 41 else { continue }
      let values = numbers.map { Float($0) }
      let keypoints = stride(from: 7, to: 41, by: 2).map { Keypoint(x: values[$0], y: values[$0 + 1]) }
      frames[frames.count - 1].poses.append(
        Pose(
          box: Box(x1: values[3], y1: values[4], x2: values[5], y2: values[6]), score: values[2], keypoints: keypoints))
    }
    return frames
  }
}
