import Foundation
import Kapao

/// What every format may say of the run that its frames come from.
public struct ExportContext: Hashable, Sendable {
  /// Names the keypoints.
  public var skeleton: Skeleton
  /// Leaves keypoints out that no keypoint object confirmed.
  public var keypointObjectsOnly: Bool
  /// Whether some poses are not found in their frame but come from other frames, and each is to say where it can.
  public var hasStates: Bool
  /// Whether poses are smoothed, and those that were found are to be written beside them where the format can.
  public var hasRawPositions: Bool
  /// The video's name without folder and extension, for example `match`; goes into file names and records.
  public var video: String
  /// Frames per second as the source states them; `nil` where it states none.
  public var frameRate: Double?
  /// Size of the upright picture in pixels.
  public var size: ImageSize
  /// The network's name without folder and extension, for example `kapao_n`.
  public var model: String

  /// - Parameters:
  ///   - source: The video's path or address; its last part without extension becomes ``video``.
  ///   - model: The network's name or file; likewise.
  public init(
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
