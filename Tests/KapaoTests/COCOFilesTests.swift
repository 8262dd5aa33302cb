import Foundation
import Kapao
import Support
import Testing

@Suite("COCO files")
struct COCOFilesTests {
  private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
    try Fixture.withTemporaryFolder { folder in
      let path = "\(folder)/file.json"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      try body(path)
    }
  }

  @Test("annotations are read, also with only the fields that have to be there")
  func readsAnnotations() throws {
    let text = """
      {"info": {}, "images": [{"id": 3, "file_name": "a.jpg", "width": 10, "height": 20, "crowdIndex": 0.25}],
       "annotations": [{"id": 9, "image_id": 3, "category_id": 1, "bbox": [1, 2, 10, 20], "keypoints": [1, 2.5, 2, 0, 0, 0]}],
       "categories": []}
      """
    try withFile(text) { path in
      let dataset = try COCODataset(contentsOf: path, keypointCount: 2)
      #expect(dataset.images == [COCOImage(id: 3, fileName: "a.jpg", crowdIndex: 0.25)])
      let person = try #require(dataset.annotations.first)
      #expect(person.area == 106)
      #expect(person.keypointCount == 1)
      #expect(person.keypoints[0] == COCOKeypoint(x: 1, y: 2.5, third: 2))
      #expect(throws: EvaluationError.unusable(path: path, reason: "its people have 2 keypoints, the model's 17")) {
        try COCODataset(contentsOf: path, keypointCount: 17)
      }
    }
  }

  @Test(
    "files that are something else are refused with the place of the fault",
    arguments: [
      ("", "it is not JSON"), ("[]", "the file is not of the kind that COCO's format has there"),
      (#"{"annotations": []}"#, "the file has no images"),
      (#"{"images": [{"id": 1}], "annotations": []}"#, "images [0] has no file_name"),
      (
        #"{"images": [], "annotations": [{"image_id": 1, "bbox": [1, 2, 3]}]}"#, "a bbox should have four numbers"
      ),
      (
        #"{"images": [], "annotations": [{"image_id": "x", "bbox": [1, 2, 3, 4]}]}"#,
        "annotations [0] image_id is not of the kind that COCO's format has there"
      ),
    ])
  func refusesOtherFiles(text: String, reason: String) throws {
    try withFile(text) { path in
      #expect(throws: EvaluationError.unusable(path: path, reason: reason)) {
        try COCODataset(contentsOf: path, keypointCount: 17)
      }
    }
  }

  @Test("the list of a test set's images has no annotations")
  func testSet() throws {
    try withFile(#"{"images": [{"id": 3, "file_name": "a.jpg"}], "categories": []}"#) { path in
      let dataset = try COCODataset(contentsOf: path, keypointCount: 17)
      #expect(!dataset.isAnnotated)
      #expect(dataset.images.count == 1 && dataset.annotations.isEmpty)
      #expect(FusionRate(.coco17, dataset: dataset).perLabelledKeypoint == nil)
    }
  }

  @Test("results come back from their file as they were, with and without boxes")
  func resultsComeBack() throws {
    let pose = Pose(
      box: Box(x1: 1, y1: 2, x2: 31.25, y2: 62), score: 0.1,
      keypoints: [Keypoint(x: 1.23456, y: -7, confidence: 0.3, source: .keypointObject)])
    let results = [COCOResult(pose, imageID: 4), COCOResult(pose, imageID: 5, includingBox: true)]
    #expect(results[0].keypoints == [COCOKeypoint(x: 1.235, y: -7, third: 0.3)])
    #expect(results[1].box == COCOBox(x: 1, y: 2, width: 30.25, height: 60))
    try withFile("") { path in
      try COCOResult.write(results, to: path)
      #expect(try COCOResult.read(path) == results)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains(#""score":0.1}"#) && text.contains(#""category_id":1"#))
    }
    #expect(throws: OutputError.self) { try COCOResult.write(results, to: "/none/results.json") }
  }

  @Test("fused keypoint objects are counted by labelled keypoint and by found person")
  func fusionRate() throws {
    func person(labelled: Set<Int>) -> COCOAnnotation {
      COCOAnnotation(
        imageID: 1, box: COCOBox(x: 0, y: 0, width: 1, height: 1), area: 1,
        keypoints: (0..<17).map { COCOKeypoint(x: 0, y: 0, third: labelled.contains($0) ? 2 : 0) })
    }
    let dataset = COCODataset(
      images: [COCOImage(id: 1, fileName: "a.jpg")], annotations: [person(labelled: [0, 3]), person(labelled: [0])])
    var rate = FusionRate(.coco17, dataset: dataset)
    #expect(rate.perPerson.allSatisfy { $0 == 0 })
    func pose(fused: Set<Int>) -> Pose {
      Pose(
        box: Box(x1: 0, y1: 0, x2: 1, y2: 1), score: 1,
        keypoints: (0..<17).map { Keypoint(x: 0, y: 0, source: fused.contains($0) ? .keypointObject : .pose) })
    }
    rate.add([pose(fused: [0, 3]), pose(fused: [0])])
    rate.add([pose(fused: []), pose(fused: [0])])
    #expect(rate.people == 4)
    #expect(rate.perPerson[0] == 0.75)
    #expect(rate.perPerson[3] == 0.25)
    let labelled = try #require(rate.perLabelledKeypoint)
    #expect(labelled[0] == 1.5)
    #expect(labelled[3] == 1)
    #expect(labelled[1] == 0)
    #expect(rate.description.hasPrefix("fused per       labelled    person\nnose              1.5000    0.7500\n"))
  }
}
