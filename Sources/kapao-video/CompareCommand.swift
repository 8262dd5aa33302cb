import ArgumentParser
import Evaluation
import Foundation
import Kapao
import Support

/// `kapao-video compare`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares two sets of results for the same labelled images, of any programs.",
    discussion: """
      Prints both sets' AP and AR and how ΔOKS is distributed: the OKS of a person in A minus that in B, with 0 for \
      somebody who was not found. The page shows the images where the two differ most, of those in which both found \
      everybody with an OKS above 0.5 (the paper's Figures 9 to 11).

      EXAMPLES:
        kapao-video compare a.json b.json --annotations val.json
        kapao-video compare a.json b.json --annotations v.json --images v -o page.html
      """)

  @Argument(help: "Results in COCO's format, A.")
  var first: String

  @Argument(help: "Results in COCO's format, B.")
  var second: String

  @Option(help: "Annotations in COCO's keypoint format.")
  var annotations: String

  @Option(help: "Folder of the images, for the page.")
  var images: String?

  @Option(name: .shortAndLong, help: "Page of HTML to write, with the images in it.")
  var output: String?

  @Option(help: "JSON to write with ΔOKS of every image and the OKS of every person.")
  var json: String?

  @Option(help: "Images on the page in which A is better, and as many in which B is.")
  var count = 10

  @Option(help: "Names of A and B on the page, with a comma between. Default: the files' names.")
  var names: String?

  func validate() throws {
    guard (images == nil) == (output == nil) else { throw ValidationError("a page needs both --images and --output.") }
    guard (1...1000).contains(count) else { throw ValidationError("--count must be between 1 and 1000.") }
    if let names, names.split(separator: ",").count != 2 {
      throw ValidationError("--names needs two names with a comma between.")
    }
    try OutputCheck(
      inputs: [first, second, annotations], others: [images], videos: [output, json].compactMap { $0 }
    ).validate()
  }

  func run() throws {
    let results = (first: try COCOResult.read(first), second: try COCOResult.read(second))
    let skeleton = try Skeleton(of: results.first, path: first)
    let dataset = try COCODataset(contentsOf: annotations, keypointCount: skeleton.count)
    guard dataset.isAnnotated else { throw ValidationError("\(annotations) has no annotations to compare with.") }
    let evaluator = COCOKeypointEvaluator(dataset, rules: EvaluationRules(skeleton))
    let comparison = try ResultComparison(results.first, with: results.second, by: evaluator)
    if let json { try EvaluationFile.write(comparison.images, to: json) }
    if let output, let images {
      let page = ComparisonPage(
        comparison, names: pageNames, skeleton: skeleton, folder: images, count: count)
      try EvaluationFile.write(text: page.html(), to: output)
    }
    print(comparison.table)
  }

  private var pageNames: (first: String, second: String) {
    if let names {
      let parts = names.split(separator: ",").map(String.init)
      return (parts[0], parts[1])
    }
    return (FileName.readable(first), FileName.readable(second))
  }
}
