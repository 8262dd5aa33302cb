import Foundation

/// How often each keypoint of a person came from a keypoint object (the paper's Figure 4).
public struct FusionRate: Hashable, Sendable, CustomStringConvertible {
  /// The keypoints' names.
  private let names: [String]
  private var fused: [Int]
  /// People counted so far.
  public private(set) var people = 0

  /// No people of a skeleton yet.
  public init(_ skeleton: Skeleton) {
    names = skeleton.keypointNames
    fused = names.map { _ in 0 }
  }

  /// Counts the people of an image.
  public mutating func add(_ poses: [Pose]) {
    people += poses.count
    for pose in poses {
      for (index, keypoint) in pose.keypoints.enumerated() where keypoint.source == .keypointObject {
        fused[index] += 1
      }
    }
  }

  /// For each keypoint, the share of people whose keypoint was fused, 0…1; all 0 where there were no people.
  public var rates: [Double] { fused.map { people == 0 ? 0 : Double($0) / Double(people) } }

  /// A table, one keypoint a line.
  public var description: String {
    let width = names.map(\.count).max() ?? 0
    return zip(names, rates).map { name, rate in
      "\(name.padding(toLength: width, withPad: " ", startingAt: 0))  \(String(format: "%.4f", rate))"
    }.joined(separator: "\n")
  }
}
