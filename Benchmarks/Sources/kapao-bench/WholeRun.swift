import ArgumentParser
import Foundation
import Inference
import Kapao
import Pipeline
import VideoIO

/// Measures a whole annotation run beside its network alone, in turns, with the same workers and graph of stages:
/// answers with milliseconds a frame on the wall and of processor time of the network alone, then of the whole run, and
/// people a frame.
struct WholeRun: ParsableCommand {
  @OptionGroup var options: RunOptions

  func run() throws {
    let model = try Model.load(options.model)
    let info = try VideoReader.probe(options.clip)
    guard let video = info.videoStream?.video, let frames = video.frameCount else {
      throw ValidationError("\(options.clip) does not say how many frames it has.")
    }
    let letterbox = Letterbox(source: video.uprightSize, size: options.size)
    let network = try PoseNetwork(
      model: model, inputSize: letterbox.input, precision: options.precision, threads: 1)
    let sessions = try (0..<options.threads).map { _ in (try network.makeSession(), try network.makeOutput()) }
    let image = LetterboxedImage(noiseOf: letterbox.input)
    try Worker.serve {
      let alone = try Stopwatch { try infer(image, frames: frames, sessions) }
      let annotation = try options.annotation(model)
      var people = 0
      let whole = try Stopwatch {
        let summary = try annotation.run()
        if let failure = summary.failures.first { throw failure }
        people = summary.progress.people
      }
      return [alone.wall, alone.cpu, whole.wall, whole.cpu, Double(people)].map { $0 / Double(frames) }
    }
  }

  private struct Picture: Weighted {
    let image: LetterboxedImage
    var byteCount: Int { 0 }
  }

  /// The graph of a run without anything but its network.
  private func infer(
    _ image: LetterboxedImage, frames: Int, _ sessions: [(PoseNetworkSession, PoseNetworkOutput)]
  ) throws {
    let graph = StageGraph(stream: "alone")
    let counter = FrameCounter(frames)
    let source = graph.source("source") { counter.next() ? .frame(Picture(image: image)) : nil }
    let inferred = graph.parallelStage(
      "infer", source,
      workers: sessions.map { session, output in
        { picture, _ in
          try session.run(picture.image, into: output)
          return picture
        }
      })
    graph.sink("sink", inferred) { _ in }
    try graph.run()
  }
}
