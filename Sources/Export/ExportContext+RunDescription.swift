import Kapao

extension ExportContext {
  /// What the side-car of a native CSV says of the run.
  ///
  /// - Parameters:
  ///   - hasStates: Whether the CSV has the column `state`.
  ///   - hasRawPositions: Whether the CSV has the positions before smoothing.
  public init(
    _ description: RunDescription, skeleton: Skeleton, hasStates: Bool = false, hasRawPositions: Bool = false
  ) {
    self.init(
      skeleton: skeleton, source: description.source.name,
      frameRate: description.source.frameRate.flatMap(Self.number(ofFraction:)),
      size: ImageSize(width: description.source.width, height: description.source.height),
      model: description.model.name,
      keypointObjectsOnly: description.settings["keypoint_objects_only"] == .flag(true), hasStates: hasStates,
      hasRawPositions: hasRawPositions)
  }

  private static func number(ofFraction text: String) -> Double? {
    let terms = text.split(separator: "/").map { Double($0) }
    guard terms.count == 2, let above = terms[0], let below = terms[1], below != 0 else { return nil }
    return above / below
  }
}
