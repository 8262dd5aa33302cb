import Foundation

/// How often each keypoint came from a keypoint object that was fused with a pose object.
package struct FusionRate: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The keypoints' names.
  package let names: [String]
  /// Labelled keypoints of the data set; `nil` where it has no annotations.
  private let labelled: [Int]?
  private var fused: [Int]
  /// People counted so far.
  package private(set) var people = 0

  /// No people of a skeleton yet.
  ///
  /// - Parameter dataset: The data set whose labelled keypoints are counted; `nil`, or one without annotations, if there
  ///   are none.
  package init(_ skeleton: Skeleton, dataset: COCODataset? = nil) {
    names = skeleton.keypointNames
    fused = names.map { _ in 0 }
    labelled = dataset.flatMap { dataset in
      guard dataset.isAnnotated else { return nil }
      return skeleton.keypointNames.indices.map { index in
        dataset.annotations.count { index < $0.keypoints.count && $0.keypoints[index].third > 0 }
      }
    }
  }

  /// Counts the people of an image.
  package mutating func add(_ poses: [Pose]) {
    people += poses.count
    for pose in poses {
      for (index, keypoint) in pose.keypoints.enumerated() where keypoint.source == .keypointObject {
        fused[index] += 1
      }
    }
  }

  /// For each keypoint, the fused ones by the labelled ones of the data set (the paper's Figure 4), 0 where none is
  /// labelled; `nil` without annotations. It can exceed 1, as more people are found than are annotated.
  package var perLabelledKeypoint: [Double]? {
    labelled.map { zip(fused, $0).map { $1 == 0 ? 0 : Double($0) / Double($1) } }
  }

  /// For each keypoint, the share of found people whose keypoint was fused, 0…1; all 0 where there were no people.
  package var perPerson: [Double] { fused.map { people == 0 ? 0 : Double($0) / Double(people) } }

  /// A table, one keypoint a line.
  package var description: String {
    let columns = [("labelled", perLabelledKeypoint), ("person", perPerson)].compactMap { title, rates in
      rates.map { [title] + $0.map { String(format: "%.4f", $0) } }
    }
    let table = zip(["fused per"] + names, (0...names.count).map { row in columns.map { $0[row] } })
    let width = max(9, names.map(\.count).max() ?? 0)
    return table.map { name, cells in
      name.padding(toLength: width, withPad: " ", startingAt: 0)
        + cells.map { String(repeating: " ", count: 10 - $0.count) + $0 }.joined()
    }.joined(separator: "\n")
  }
}
