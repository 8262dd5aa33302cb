import Kapao
import Pipeline
import Testing

struct TrackingSettingsTests {
  func found(_ wanted: Thresholds, _ change: (inout TrackingSettings) -> Void = { _ in }) -> Thresholds {
    var settings = TrackingSettings()
    change(&settings)
    return settings.thresholds(wanted)
  }

  @Test func `Weak poses are let through, but keypoint objects go to the confident ones alone`() {
    let found = found(Preset.demo.thresholds)
    #expect(found.poseConfidence == 0.1)
    #expect(found.fusionConfidence == 0.5)
  }

  @Test func `Suppression keeps its path`() {
    // Two passes before: one pass would share their cap.
    let found = found(Preset.partial.thresholds) { $0.weakConfidence = 0.001 }
    #expect(found.poseConfidence > found.keypointConfidence)
  }

  @Test func `Without a tracker, and with a threshold that is lower anyway, nothing changes`() {
    #expect(found(Preset.demo.thresholds) { $0.tracker = .none } == Preset.demo.thresholds)
    #expect(found(Preset.paper.thresholds) == Preset.paper.thresholds)
  }
}
