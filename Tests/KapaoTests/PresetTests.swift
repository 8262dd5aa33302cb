import Foundation
import Kapao
import TestSupport
import Testing

@Suite("Presets")
struct PresetTests {
  @Test(
    "partial poses take keypoint objects from 0.01 and keep only what they confirm",
    arguments: [
      Preset.partial, .redLight,
    ])
  func partial(preset: Preset) {
    #expect(preset.thresholds.keypointConfidence == 0.01)
    #expect(preset.thresholds.keypointObjectsOnly)
    #expect(preset.thresholds.poseConfidence == Preset.demo.thresholds.poseConfidence)
  }

  @Test("the other video demos have the demo's thresholds", arguments: [Preset.shuffle, .flashMob, .squash, .depth])
  func demos(preset: Preset) {
    #expect(preset.thresholds == Preset.demo.thresholds)
  }

  @Test("the table of presets in the documentation has their thresholds", arguments: Preset.allCases)
  func documentation(preset: Preset) throws {
    let page = try String(contentsOf: Fixtures.root.appending(path: "docs/models.md"), encoding: .utf8)
    let thresholds = preset.thresholds
    let values = [
      thresholds.poseConfidence, thresholds.poseOverlap, thresholds.keypointConfidence, thresholds.keypointOverlap,
      thresholds.fusionConfidence, thresholds.fusionDistance, thresholds.fusionWeight,
    ].map { String(format: "%g", $0) }
    let row = (["`\(preset.rawValue)`"] + values + [thresholds.scoring.rawValue]).joined(separator: " | ")
    #expect(page.contains("\n| \(row) | "), "\(row)")
  }
}
