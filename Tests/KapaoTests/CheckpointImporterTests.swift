import Foundation
import Kapao
import Testing

@Suite("Import of official checkpoints")
struct CheckpointImporterTests {
  @Test("finds the architecture and the folded weights", arguments: [("coco", 17, 17), ("crowdpose", 14, 14)])
  func findsTheArchitecture(dataSet: String, keypoints: Int, skeletonCount: Int) throws {
    let model = try Model.load(Fixture.path("reference/kapao_tiny_\(dataSet)_random.pt"))
    #expect(model.name == "kapao_tiny_\(dataSet)_random")
    #expect(model.licence == nil)
    #expect(model.architecture == Architecture(keypointCount: keypoints, widthMultiple: 0.125, depthMultiple: 0.33))
    #expect(model.architecture.skeleton?.count == skeletonCount)
    #expect(model.tensors["model.0.conv.conv.weight"]?.shape == [8, 12, 3, 3])
    #expect(model.tensors["model.33.m.3.bias"]?.shape == [3 * model.architecture.channelsPerAnchor])
  }
}
