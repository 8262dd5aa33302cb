import ArgumentParser
import Foundation
import Kapao
import Render
import VideoIO

/// Measures the stages beside the network on a 1080p picture with many people: prints milliseconds of every round as
/// JSON. `--only` repeats a single one of them, for `callgrind.sh`.
struct Stages: ParsableCommand {
  @Option var people = 20
  @Option var rounds = 200
  @Option var only: String?

  func run() throws {
    let letterbox = Letterbox(source: ImageSize(width: 1920, height: 1080), size: 1024)
    let architecture = Architecture(keypointCount: 17, widthMultiple: 0.5, depthMultiple: 0.33)
    let skeleton = architecture.skeleton!
    let thresholds = Preset.demo.thresholds
    let grids = Architecture.strides.map {
      HeadGrid(
        width: letterbox.input.width / $0, height: letterbox.input.height / $0, stride: $0,
        channels: Architecture.anchorsPerGrid * architecture.channelsPerAnchor, block: 16)
    }
    let output = HeadOutput(grids: grids)
    var crowd = SyntheticCrowd(architecture: architecture, grids: grids)
    crowd.fill(output, people: people, size: letterbox.input)
    let decoder = HeadDecoder(output: output, anchors: architecture.anchors, skeleton: skeleton)
    let fusion = Fusion(thresholds: thresholds, letterbox: letterbox, keypointCount: skeleton.count)

    let frame = try VideoFrame.blank(size: letterbox.source, y: 90, u: 120, v: 140)
    let letterboxer = Letterboxer()
    let image = LetterboxedImage(letterbox: letterbox)
    let plain = OverlayRenderer(skeleton: skeleton)
    let full = OverlayRenderer(style: .everything, skeleton: skeleton)
    let text = OverlayText(frameRate: 30, time: 12.3)

    var candidates: [Candidate] = []
    var poses = fusion.poses(Detections(decoder, thresholds: thresholds), predictions: decoder)
    let drawn = poses.map { TrackedPose(pose: $0) }
    // A decoder's frames are shared with it, so that drawing begins with a copy.
    let stages: KeyValuePairs<String, () throws -> Void> = [
      "letterbox": { try letterboxer.prepare(frame, into: image) },
      "heads": {
        candidates.removeAll(keepingCapacity: true)
        decoder.appendCandidates(above: thresholds.poseConfidence, to: &candidates)
      },
      "postprocess": { poses = fusion.poses(Detections(decoder, thresholds: thresholds), predictions: decoder) },
      "draw": { try plain.draw(drawn, text: text, onto: frame.copy()) },
      "draw everything": { try full.draw(drawn, text: text, onto: frame.copy()) },
    ]
    var times: [String: [Double]] = [:]
    for _ in 0..<rounds {
      for (stage, work) in stages where only == nil || stage == only {
        times[stage, default: []].append(try Stopwatch(work).wall)
      }
    }
    let fused = poses.reduce(0) { $0 + $1.keypoints.count { $0.source == .keypointObject } }
    let report = Report(people: poses.count, candidates: candidates.count, fusedKeypoints: fused, milliseconds: times)
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }

  private struct Report: Encodable {
    let people: Int
    let candidates: Int
    let fusedKeypoints: Int
    let milliseconds: [String: [Double]]
  }
}
