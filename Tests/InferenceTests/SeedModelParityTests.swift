import Foundation
import Inference
import Kapao
import TestSupport
import Testing

@Suite("A trained network agrees with the official code from pixels to poses")
struct SeedModelParityTests {
  static let path = Fixtures.shared("models/kapao_n_seed.pt")
  static let expected = (Fixtures.shared("models/kapao_n_seed.poses.json")).map { try! ReferencePeople.list($0) } ?? []

  @Test("real images give the same people", .enabled(if: path != nil), arguments: 0..<expected.count)
  func samePeople(index: Int) throws {
    let expected = Self.expected[index]
    let vectors = try Safetensors(contentsOf: Fixtures.shared("models/kapao_n_seed.io.safetensors")!)
    let image = try Fixtures.letterboxed(
      vectors, tensor: "image\(expected.image!).input_u8_bgr_hwc", letterbox: expected.letterbox)
    let network = try PoseNetwork(model: try Model.load(Self.path!), inputSize: image.letterbox.input)
    let output = try network.makeOutput()
    try network.makeSession().run(image, into: output)
    let poses = output.poses(expected.officialThresholds, letterbox: expected.letterbox)
    #expect(expected.differences(poses, tolerance: 0.1) == [])
  }
}
