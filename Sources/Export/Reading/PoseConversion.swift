import Foundation
import Kapao
import Support

/// Turns a native CSV into other formats.
///
/// The whole CSV is read and checked before anything is written, so that an error in its last line leaves no part of an
/// output behind.
package struct PoseConversion {
  /// What was written.
  package struct Result: Hashable, Sendable {
    /// Frames.
    package var frames: Int
    /// People, all frames together.
    package var people: Int
    /// Files and folders.
    package var outputs: [String]
    /// Whether the conversion was interrupted; its outputs are complete up to there.
    package var wasInterrupted: Bool

    /// A result.
    package init(frames: Int = 0, people: Int = 0, outputs: [String] = [], wasInterrupted: Bool = false) {
      self.frames = frames
      self.people = people
      self.outputs = outputs
      self.wasInterrupted = wasInterrupted
    }
  }

  /// What the user should know of the input, one sentence each.
  package let notes: [String]
  /// Whether the input has people and none of them has a track.
  package let isUntracked: Bool

  /// What the formats may say of the input.
  package let context: ExportContext
  /// The description of the run that the input is of; `nil` where there is none.
  package let description: RunDescription?

  private let input: String
  /// All frames, where the input can be read once only.
  private let records: [FrameRecord]?

  /// Reads and checks a CSV and the description beside it.
  ///
  /// - Parameters:
  ///   - input: The CSV, or `-` for standard input.
  ///   - path: The description; `nil` for the one beside the CSV, if it exists.
  /// - Throws: `PoseCSVError`.
  package init(input: String, description path: String? = nil) throws {
    self.input = input
    let reader = try PoseCSVReader(path: input)
    var records: [FrameRecord] = []
    var previous: FrameRecord?
    var (people, tracked) = (0, 0)
    var notes: [String] = []
    let isFile = FileSystem.isFile(input)
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
    let description: RunDescription
    do {
      description = try RunDescription(json: Data(try FileSystem.read(path)))
    } catch let error as InputError {
      throw PoseCSVError(path: path, reason: error.reason)
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
  /// - Parameters:
  ///   - revision: Changes the frames on their way; it is used once.
  ///   - isInterrupted: Asked before each frame whether to end there; outputs are finished up to it.
  /// - Throws: `OutputError` or `OutputErrors`, or `PoseCSVError` if the input has changed since it was checked.
  package func write(
    _ targets: [ExportTarget], revision: (any PoseRevision)? = nil, isInterrupted: () -> Bool = { false }
  ) throws -> Result {
    let group = try PoseWriterGroup(targets, context: revision?.revised(context) ?? context)
    var result = Result()
    func write(_ records: [FrameRecord]) throws {
      for record in records {
        try group.write(record)
        result.frames += 1
        result.people += record.people.count
      }
    }
    do {
      var rest = records?[...]
      let reader = records == nil ? try PoseCSVReader(path: input) : nil
      while let record = try reader?.next() ?? rest?.popFirst() {
        result.wasInterrupted = isInterrupted()
        if result.wasInterrupted { break }
        try write(revision?.update(record) ?? [record])
      }
      if let revision { try write(revision.finish()) }
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
    if let revision, let run = description {
      description = revision.revised(run)
      description?.totals?.frames = result.frames
      description?.totals?.people = result.people
    }
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

/// Changes the frames of a stored CSV on their way to the outputs, for example by tracking people anew.
package protocol PoseRevision: AnyObject {
  /// Takes a frame; gives those that are done, in order.
  func update(_ record: FrameRecord) -> [FrameRecord]
  /// The frames that are still in, at the end.
  func finish() -> [FrameRecord]
  /// What the formats may say of the frames that come out.
  func revised(_ context: ExportContext) -> ExportContext
  /// What the description beside a native CSV says of them.
  func revised(_ description: RunDescription) -> RunDescription
}
