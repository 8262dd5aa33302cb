import Kapao

/// The points that a format asks for, in its order, made from the keypoints of a skeleton.
package struct MarkerSet: Hashable, Sendable {
  /// The format's names.
  package let names: [String]
  private let indices: [[Int]]

  /// The points of recipes for a skeleton.
  package init(_ recipes: [MarkerRecipe], skeleton: Skeleton) {
    names = recipes.map(\.name)
    indices = recipes.map { $0.indices(in: skeleton) }
  }

  /// The points of a person; `nil` where one is missing or the skeleton has nothing to make it from.
  package func points(of person: ExportedPerson) -> [ExportedPoint?] {
    indices.map { .centre(of: $0.map { person.keypoints[$0] }) }
  }
}
