import Export
import Foundation
import Kapao

extension RunDescription {
  /// The run that `ExportContext.fixture()` is of.
  static var fixture: RunDescription {
    RunDescription(
      program: .init(version: "0.1.0"),
      source: .init(
        name: "clips/match.mp4", frameRate: "30000/1001", timeBase: "1/30000",
        size: ImageSize(width: 1920, height: 1080)),
      model: .init(name: "kapao_n.safetensors", architecture: "kapao-n"), skeleton: .coco17,
      settings: ["keypoint_objects_only": false], started: Date(timeIntervalSince1970: 1_700_000_000))
  }
}
