import Kapao

/// How a point that a format asks for is made from a skeleton's keypoints.
package struct MarkerRecipe: Hashable, Sendable {
  /// The format's name for the point.
  package let name: String
  private let alternatives: [[String]]

  /// - Parameters:
  ///   - name: The format's name for the point.
  ///   - alternatives: Names of keypoints; the first alternative that the skeleton has in full is taken, and the point
  ///     is in the middle of its keypoints.
  package init(_ name: String, _ alternatives: [String]...) {
    self.name = name
    self.alternatives = alternatives
  }

  /// Indices of the keypoints that make the point; empty where the skeleton cannot give it.
  package func indices(in skeleton: Skeleton) -> [Int] {
    for names in alternatives {
      let indices = names.compactMap { skeleton.keypointNames.firstIndex(of: $0) }
      if indices.count == names.count { return indices }
    }
    return []
  }
}
