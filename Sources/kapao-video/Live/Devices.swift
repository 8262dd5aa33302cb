import ArgumentParser
import Pipeline

/// `kapao-video devices`.
struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the webcams of this machine, as stream takes them.",
    discussion: "EXAMPLE: kapao-video stream /dev/video0, or by name: kapao-video stream 'v4l2:HD Webcam'")

  func run() {
    let cameras = Webcam.all()
    if cameras.isEmpty { print("No webcam is connected.") }
    for camera in cameras { print("\(camera.path)\t\(camera.name)") }
  }
}
