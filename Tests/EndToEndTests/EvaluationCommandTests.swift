import Foundation
import Kapao
import TestSupport
import Testing

@Suite("Measuring models")
struct EvaluationCommandTests {
  private let annotations = Fixtures.path("evaluation/errors_annotations.json")
  private let results = Fixtures.path("evaluation/errors_results.json")

  private struct PersonOKS: Decodable {
    let oks: Double
  }

  private struct ImageOKS: Decodable {
    let image_id: Int
    let people: [PersonOKS]
  }

  @Test("stored results are measured: figures, errors as table, JSON and SVG, and the OKS of every person")
  func storedResults() throws {
    try Media.withFolder { folder in
      let (json, plot, people) = (
        folder.appending(path: "e.json"), folder.appending(path: "e.svg"), folder.appending(path: "p.json")
      )
      let outcome = Program.run(
        "eval", "--annotations", annotations, "--stored", results, "--errors", "--errors-json", json.path,
        "--errors-plot", plot.path, "--errors-oks", "0.75", "--per-image", people.path)
      #expect(outcome.status == 0 && outcome.errors.isEmpty)
      #expect(outcome.output.contains("AP         0."))
      // As the authors' program has them: tests of the analysis itself compare every figure.
      #expect(outcome.output.contains("0.75     0.139     0.520     0.673     0.787       0.797"))
      #expect(try String(contentsOf: plot, encoding: .utf8).contains("Errors at OKS 0.75, all people"))
      let report = try JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any]
      #expect((report?["size_classes"] as? [Any])?.count == 3)
      let images = try JSONDecoder().decode([ImageOKS].self, from: Data(contentsOf: people))
      #expect(images.count == 60)
      #expect(images.flatMap(\.people).contains { $0.oks == 0 } && images.flatMap(\.people).contains { $0.oks > 0.7 })
    }
  }

  @Test("two sets of results are compared; a set is like itself")
  func comparison() throws {
    let same = Program.run("compare", results, results, "--annotations", annotations)
    #expect(same.status == 0)
    #expect(same.output.contains("mean +0.0000"))
    #expect(same.output.contains("A is better for 0, B for 0"))
    try Media.withFolder { folder in
      let worse = folder.appending(path: "worse.json")
      let moved = try COCOResult.read(results).map { result in
        COCOResult(
          imageID: result.imageID, keypoints: result.keypoints.map { COCOKeypoint(x: $0.x + 4, y: $0.y, third: 1) },
          score: result.score)
      }
      try COCOResult.write(moved, to: worse.path)
      let outcome = Program.run("compare", results, worse.path, "--annotations", annotations)
      #expect(outcome.output.contains("mean +0."))
    }
  }

  /// Five images with nothing in them, and annotations of one person each.
  private func pictures(in folder: URL) throws -> (images: String, annotations: String) {
    let images = folder.appending(path: "images")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    let made = Media.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x120", "-frames:v", "5", images.path + "/%d.png"])
    #expect(made.status == 0)
    let list = (1...5).map { "{\"id\":\($0),\"file_name\":\"\($0).png\"}" }.joined(separator: ",")
    let keypoints = (0..<17).map { "\(30 + 4 * $0),\(10 + 6 * $0),2" }.joined(separator: ",")
    let people = (1...5).map {
      "{\"id\":\($0),\"image_id\":\($0),\"bbox\":[20,5,90,110],\"area\":5000,\"keypoints\":[\(keypoints)]}"
    }.joined(separator: ",")
    let annotations = folder.appending(path: "annotations.json")
    try Data("{\"images\":[\(list)],\"annotations\":[\(people)]}".utf8).write(to: annotations)
    return (images.path, annotations.path)
  }

  @Test("a sweep runs every combination once, and only what is new the next time")
  func sweep() throws {
    try Media.withFolder { folder in
      let (images, annotations) = try pictures(in: folder)
      let output = folder.appending(path: "sweep").path
      func sweep(_ sizes: String) -> Program.Outcome {
        Program.run(
          "sweep", "--images", images, "--annotations", annotations, "-m",
          Fixtures.path("reference/kapao_tiny_coco_random.pt"),
          "--sizes", sizes, "--fusion", "on,off", "-o", output)
      }
      let first = sweep("64,128")
      #expect(first.status == 0 && first.errors.isEmpty)
      #expect(first.output.split(separator: "\n").count == 6)
      let second = sweep("64,128,192")
      #expect(second.output.contains("4 of 6 runs were there already"))
      let table = try String(contentsOfFile: output + "/sweep.csv", encoding: .utf8)
      #expect(table.hasPrefix("model,size,arithmetic,tta,keypoint objects,AP,"))
      #expect(table.split(separator: "\n").count == 7)
      #expect(try String(contentsOfFile: output + "/sweep.svg", encoding: .utf8).contains("no kp. obj."))
      #expect(FileManager.default.fileExists(atPath: output + "/results/kapao_tiny_coco_random-64-fp32.json"))
    }
  }

  @Test("results of a test set are zipped for a server")
  func submission() throws {
    try Media.withFolder { folder in
      let (images, annotations) = try pictures(in: folder)
      let list = folder.appending(path: "list.json")
      var all =
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: annotations))) as! [String: Any]
      all["annotations"] = nil
      try JSONSerialization.data(withJSONObject: all).write(to: list)
      let archive = folder.appending(path: "person_keypoints_test-dev2017_kapao_results.zip").path
      let outcome = Program.run(
        ["eval", "--images", images, "--annotations", list.path, "--results", archive, "--pose-confidence", "0"]
          + ["--size", "128"])
      #expect(outcome.status == 0)
      let read =
        "import sys,json,zipfile; z=zipfile.ZipFile(sys.argv[1]); n=z.namelist(); z.testzip(); d=json.loads(z.read(n[0]));"
        + "print(n, len(d)>0, max(sum(x['image_id']==i for x in d) for i in range(1,6)))"
      #expect(
        Media.run("python3", ["-c", read, archive]).output
          == "['person_keypoints_test-dev2017_kapao_results.json'] True 20\n")
    }
  }

  @Test(
    "what cannot be is said in one line",
    arguments: [
      (["eval", "--annotations", "a.json"], "give either --images or --stored"),
      (["eval", "--annotations", "a.json", "--stored", "b.json", "--errors-oks", "0.83"], "--errors-oks must be"),
      (["compare", "a.json", "b.json", "--annotations", "c.json", "-o", "p.html"], "needs both --images and --output"),
      (["sweep", "--images", "i", "--annotations", "a.json", "-o", "o", "--sizes", "640,abc"], "--sizes"),
    ])
  func usage(arguments: [String], message: String) {
    let outcome = Program.run(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains(message))
  }

  @Test("annotations that are missing end with exit code 3")
  func missing() {
    let outcome = Program.run("compare", results, results, "--annotations", "/nowhere/val.json")
    #expect(outcome.status == 3)
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }
}
