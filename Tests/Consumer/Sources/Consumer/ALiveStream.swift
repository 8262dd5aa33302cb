import KapaoVideo
import Logging

/// Counts the people in each frame of a stream.
final class PeopleCounter: LiveReceiver {
  let status: LiveOutputStatus? = nil

  func offer(_ element: StreamElement<LiveFrame>) {
    guard case .frame(let frame) = element, let record = frame.record else { return }
    print("\(record.time) s: \(record.people.count) people")
  }

  func finish() {}
}

/// Watches a camera for some seconds; it is connected again whenever it goes away.
func watch(_ camera: String, model path: String, until isOver: () -> Bool) throws {
  let model = try Model.load(path)
  let detector = try PoseDetector(model: model)
  let settings = LiveSettings(
    name: "court1", source: try LiveSource(camera), thresholds: (model.preset ?? .demo).thresholds)
  let stream = LiveStream(settings, detector: detector, receivers: [PeopleCounter()], log: Logger(label: "camera"))
  stream.start()
  while !isOver() {}
  stream.stop()
}
