import Foundation
import Kapao

/// Turns a native CSV into other formats.
///
/// The whole CSV is read and checked before anything is written, so that an error in its last line leaves no part of an
/// output behind.
public struct PoseConversion {
  /// What was written.
  public struct Result: Hashable, Sendable {
    /// Frames.
    public var frames: Int
    /// People, all frames together.
    public var people: Int
    /// Files and folders.
    public var outputs: [String]
    /// Whether the conversion was interrupted; its outputs are complete up to there.
    public var wasInterrupted: Bool

    /// A result.
    public init(frames: Int = 0, people: Int = 0, outputs: [String] = [], wasInterrupted: Bool = false) {
      self.frames = frames
      self.people = people
      self.outputs = outputs
      self.wasInterrupted = wasInterrupted
    }
  }

  /// What the user should know of the input, one sentence each.
  public let notes: [String]
  /// Whether the input has people and none of them has a track.
  public let isUntracked: Bool

  private let input: String
  private let context: ExportContext
  private let description: RunDescription?
  /// All frames, where the input can be read once only.
  private let records: [FrameRecord]?

  /// Reads and checks a CSV and the description beside it.
  ///
  /// - Parameters:
  ///   - input: The CSV, or `-` for standard input.
  ///   - path: The description; `nil` for the one beside the CSV, if it exists.
  /// - Throws: `PoseCSVError`.
  public init(input: String, description path: String? = nil) throws {
    self.input = input
    let reader = try PoseCSVReader(path: input)
    var records: [FrameRecord] = []
    var previous: FrameRecord?
    var (people, tracked) = (0, 0)
    var notes: [String] = []
    let isFile = (try? FileManager.default.attributesOfItem(atPath: input)[.type] as? FileAttributeType) == .typeRegular
    while let record = try reader.next() {
      if let previous, record.time <= previous.time, notes.isEmpty {
        notes.append("\(input): the time does not advance at frame \(record.index)")
      }
      previous = record
      people += record.people.count
      tracked += record.people.count { $0.trackID != nil }
      if !isFile { records.append(record) }
    }
    self.records = isFile ? nil : records
    isUntracked = people > 0 && tracked == 0

    let beside = RunDescription.existingPath(beside: input)
    guard let path = path ?? beside else {
      notes.append(
        "no description beside \(input == "-" ? "standard input" : input): the frame rate is that of the rows")
      context = ExportContext(
        skeleton: reader.skeleton, source: input, frameRate: nil, size: ImageSize(width: 0, height: 0), model: "kapao",
        hasStates: reader.hasStates, hasRawPositions: reader.hasRawPositions)
      description = nil
      self.notes = notes
      return
    }
    guard access(path, R_OK) == 0 else { throw PoseCSVError(path: path, reason: String(cString: strerror(errno))) }
    let description: RunDescription
    do {
      description = try RunDescription(json: try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as DecodingError {
      let advice = path == beside ? "; name it with --description, or move this file away" : ""
      throw PoseCSVError(path: path, reason: "not the description of a run (\(error.place))\(advice)")
    } catch {
      throw PoseCSVError(path: path, reason: error.localizedDescription)
    }
    guard description.skeleton.keypoints == reader.skeleton.keypointNames else {
      throw PoseCSVError(path: path, reason: "describes other keypoints than \(input) has")
    }
    context = ExportContext(
      description, skeleton: reader.skeleton, hasStates: reader.hasStates, hasRawPositions: reader.hasRawPositions)
    self.description = description
    self.notes = notes
  }

  /// Writes every frame to every target, and the description beside each native CSV.
  ///
  /// An output that fails does not keep the others from being completed.
  ///
  /// - Parameter isInterrupted: Asked before each frame whether to end there; outputs are finished up to it.
  /// - Throws: `ExportError` or `OutputErrors`, or `PoseCSVError` if the input has changed since it was checked.
  public func write(_ targets: [ExportTarget], isInterrupted: () -> Bool = { false }) throws -> Result {
    let group = try PoseWriterGroup(targets, context: context)
    var result = Result()
    do {
      var rest = records?[...]
      let reader = records == nil ? try PoseCSVReader(path: input) : nil
      while let record = try reader?.next() ?? rest?.popFirst() {
        result.wasInterrupted = isInterrupted()
        if result.wasInterrupted { break }
        try group.write(record)
        result.frames += 1
        result.people += record.people.count
      }
    } catch {
      group.abandon()
      throw error
    }
    if result.wasInterrupted, !group.hasFrames {
      group.abandon()
      return result
    }
    // The group keeps the errors.
    try? group.finish()
    result.outputs = group.outputs
    var errors = group.errors
    var description = description
    if result.wasInterrupted { description?.totals = nil }
    for target in targets where target.format == .csv && result.outputs.contains(target.path) {
      guard let description, let path = RunDescription.path(beside: target.path) else { continue }
      do { try description.write(to: path) } catch { errors.append(error) }
    }
    if let error = OutputErrors.joined(errors) { throw error }
    return result
  }
}

extension DecodingError {
  /// What is wrong and where, in a few words.
  fileprivate var place: String {
    let context: Context
    var path: [any CodingKey] = []
    var problem = "no object"
    switch self {
    case .keyNotFound(let key, let found):
      context = found
      path = [key]
    case .typeMismatch(_, let found), .valueNotFound(_, let found): context = found
    case .dataCorrupted(let found):
      context = found
      problem = "no JSON"
    @unknown default: return "not as expected"
    }
    let keys = (context.codingPath + path).map(\.stringValue)
    return keys.isEmpty ? problem : "at " + keys.joined(separator: ".")
  }
}
