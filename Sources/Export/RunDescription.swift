import Foundation
import Kapao

/// The side-car of an export: what was processed, with what model and settings, and whether the run came to its end.
///
/// It is written once before the first row, with neither `ended` nor `totals`, and again when the run is over; a
/// side-car without `totals` therefore belongs to a run that was cut short. Keys in the file are in snake case.
public struct RunDescription: Codable, Hashable, Sendable {
  /// The program that ran.
  public var program: Program
  /// The video.
  public var source: Source
  /// The network.
  public var model: Model
  /// The keypoints, in the order of the columns.
  public var skeleton: SkeletonNames
  /// All thresholds and settings of the run, by the names of their options.
  public var settings: [String: SettingValue]
  /// When the run started.
  public var started: Date
  /// When the run ended; `nil` while it goes on.
  public var ended: Date?
  /// What the run came to; `nil` while it goes on.
  public var totals: Totals?

  /// A run that starts.
  public init(
    program: Program, source: Source, model: Model, skeleton: Skeleton, settings: [String: SettingValue],
    started: Date
  ) {
    self.program = program
    self.source = source
    self.model = model
    self.skeleton = SkeletonNames(skeleton)
    self.settings = settings
    self.started = started
  }

  /// The side-car's path for an export: `poses.json` beside `poses.csv`, `poses.json.run.json` beside `poses.json`;
  /// `nil` for standard output, which has no side.
  public static func path(beside export: String) -> String? {
    guard export != "-" else { return nil }
    let url = URL(fileURLWithPath: export)
    guard url.pathExtension.lowercased() != "json" else { return export + ".run.json" }
    return url.pathExtension.isEmpty ? export + ".json" : export.dropLast(url.pathExtension.count) + "json"
  }

  /// The side-car's path for an export, if there is a file.
  public static func existingPath(beside export: String) -> String? {
    path(beside: export).flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  /// The description as JSON, keys in alphabetical order, with a line end.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// A description from its JSON.
  public init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.dateDecodingStrategy = .iso8601
    self = try decoder.decode(RunDescription.self, from: json)
  }

  /// Writes the description under a temporary name in the same folder and renames it, so that a reader sees the old
  /// file or the new one, never a part.
  ///
  /// - Throws: `ExportError` naming the path.
  public func write(to path: String) throws {
    try AtomicFile.write([UInt8](try json()), to: path)
  }
}
