import Kapao
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
}
