import Foundation
import Kapao
import Testing

@Suite("Architecture")
struct ArchitectureTests {
  @Test(
    "has as many million parameters as in the paper's Table 1",
    arguments: [(0.5, 0.33, 12.6, "KAPAO-S"), (0.75, 0.67, 35.8, "KAPAO-M"), (1, 1, 77.0, "KAPAO-L")])
  func countsParameters(width: Double, depth: Double, millions: Double, name: String) {
    let architecture = Architecture(keypointCount: 17, widthMultiple: width, depthMultiple: depth)
    #expect((Double(architecture.definition.parameters) / 1e5).rounded() / 10 == millions)
    #expect(architecture.name == name)
  }

  @Test("of KAPAO-S has exactly the parameters of the official code")
  func countsExactly() {
    let architecture = Architecture(keypointCount: 17, widthMultiple: 0.5, depthMultiple: 0.33)
    #expect(architecture.definition.parameters == 12_559_980)
  }

  @Test("has 57 channels an anchor for COCO and 48 for CrowdPose", arguments: [(17, 57), (14, 48)])
  func countsChannels(keypoints: Int, channels: Int) {
    let architecture = Architecture(keypointCount: keypoints, widthMultiple: 0.5, depthMultiple: 0.33)
    #expect(architecture.channelsPerAnchor == channels)
  }

  @Test("comes back from its JSON text as it was")
  func comesBackFromJSON() throws {
    let anchors = Architecture.officialAnchors.map { grid in
      grid.map { Architecture.Anchor(width: $0.width + 0.25, height: $0.height) }
    }
    let architecture = Architecture(keypointCount: 21, widthMultiple: 0.125, depthMultiple: 0.4, anchors: anchors)
    let text = try JSONEncoder().encode(architecture)
    #expect(try JSONDecoder().decode(Architecture.self, from: text) == architecture)
  }

  @Test(
    "is not read from impossible values",
    arguments: [
      #"{"keypoints":0,"width":0.5,"depth":0.33,"anchors":[]}"#,
      #"{"keypoints":17,"width":1e9,"depth":0.33,"anchors":[]}"#,
      #"{"keypoints":17,"width":0.5,"depth":-1,"anchors":[]}"#,
      #"{"keypoints":17,"width":0.5,"depth":0.33,"anchors":[[1,2,3,4,5,6]]}"#,
      #"{"keypoints":17,"width":0.5,"depth":0.33,"anchors":[[0,2,3,4,5,6],[1,2,3,4,5,6],[1,2,3,4,5,6],[1,2,3,4,5,6]]}"#,
    ])
  func isNotReadFromImpossibleValues(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Architecture.self, from: Data(text.utf8)) }
  }
}
