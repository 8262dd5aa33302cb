import Foundation
import Kapao

/// What every format may say of the run that its frames come from.
package struct ExportContext: Hashable, Sendable {
  /// Names the keypoints.
  package var skeleton: Skeleton
  /// Leaves keypoints out that no keypoint object confirmed.
  package var keypointObjectsOnly: Bool
  /// Whether some poses are not found in their frame but come from other frames, and each is to say where it can.
  package var hasStates: Bool
  /// Whether poses are smoothed, and those that were found are to be written beside them where the format can.
  package var hasRawPositions: Bool
  /// The video's name without folder and extension, for example `match`; goes into file names and records.
  package var video: String
  /// Frames per second as the source states them; `nil` where it states none.
  package var frameRate: Double?
  /// Size of the upright frame in pixels.
  package var size: ImageSize
  /// The network's name without folder and extension, for example `kapao_n`.
  package var model: String

  /// - Parameters:
  ///   - source: The video's path or address; its last part without extension becomes ``video``.
  ///   - model: The network's name or file; likewise.
  package init(
    skeleton: Skeleton, source: String, frameRate: Double?, size: ImageSize, model: String,
    keypointObjectsOnly: Bool = false, hasStates: Bool = false, hasRawPositions: Bool = false
  ) {
    self.skeleton = skeleton
    self.keypointObjectsOnly = keypointObjectsOnly
    self.hasStates = hasStates
    self.hasRawPositions = hasRawPositions
    video = Self.stem(of: source, otherwise: "video")
    self.frameRate = frameRate.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    self.size = size
    self.model = Self.stem(of: model, otherwise: "kapao")
  }

  /// The last part of a path or address without its extension and query, in characters that every file system takes.
  private static func stem(of source: String, otherwise fallback: String) -> String {
    var name = source[...]
    if let scheme = name.range(of: "://") { name = name[scheme.upperBound...].prefix { !"?#".contains($0) } }
    name = name.split(separator: "/").last ?? ""
    if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = name[..<dot] }
    let plain = String(name.map { $0.isLetter || $0.isNumber || "-_.+".contains($0) ? $0 : "_" })
    return plain.isEmpty || plain == "-" ? fallback : plain
  }
}

extension ExportContext {
  /// What the side-car of a native CSV says of the run.
  ///
  /// - Parameters:
  ///   - hasStates: Whether the CSV has the column `state`.
  ///   - hasRawPositions: Whether the CSV has the positions before smoothing.
  package init(
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
