import Foundation
import Kapao

/// OpenSim's TRC, one file for each person: `matches.trc` becomes `matches_person01.trc`, `matches_person02.trc`, …
///
/// * Markers are those of Pose2Sim's and Sports2D's models; `Hip` and `Neck` are the middles of hips and shoulders.
/// * Y points up: X is the pixel's x, Y is minus the pixel's y, Z is 0. `Units` says `m`, as OpenSim knows no pixels:
///   scale before measuring.
/// * `Time` is the frame's presentation time; `Frame#` is the frame's number from 0. `DataRate` is the source's frame
///   rate, or else the mean rate of the frames.
/// * OpenSim cannot take gaps, so there are none: a person's file goes from the first to the last frame they are in, and
///   a marker that is missing there lies on the line, in time, between where it was seen before and after, or stays where
///   it was seen first or last. A marker that is never seen is left out. Where a person is away for longer than
///   `longestGap`, the file ends and another begins: `…_person01_part2.trc`.
///
/// Nothing can be written before the run is over; all people are kept in memory (12 bytes for each marker of each person
/// in each frame).
public final class TRCWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  /// The path that the names are made from.
  public let path: String
  /// The files, once the run is over.
  public private(set) var outputs: [String] = []
  private let context: ExportContext
  private let longestGap: Double
  private let markers: MarkerSet
  private var history: PoseHistory
  private var isFinished = false

  /// Checks that files can be made in the folder.
  ///
  /// - Parameters:
  ///   - path: The name without the person, with or without `.trc`.
  ///   - context: What is known of the run.
  ///   - longestGap: Seconds of absence that are bridged.
  /// - Throws: `ExportError` where the folder is missing or cannot be written to.
  public init(path: String, context: ExportContext, longestGap: Double = 1) throws {
    self.path = path
    self.context = context
    self.longestGap = longestGap
    markers = MarkerSet(.openSim, skeleton: context.skeleton)
    history = PoseHistory(pointCount: markers.names.count)
    try FolderFiles.requireWritable(folder.path, path: path)
  }

  /// Keeps a frame.
  public func write(_ record: FrameRecord) throws { history.append(record, context: context, points: markers.points) }

  /// Writes the files, in place of those of an earlier run, which stay if not all can be written.
  public func finish() throws {
    guard !isFinished else { return }
    isFinished = true
    let files = try stagedFiles()
    let names = Set(files.map { URL(fileURLWithPath: $0.path).lastPathComponent })
    FolderFiles.remove(in: folder.path, prefix: stem + "_person", suffix: ".trc") { middle in
      if names.contains("\(stem)_person\(middle).trc") { return false }
      let parts = middle.split(separator: "_part", omittingEmptySubsequences: false)
      return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isWholeNumber) }
    }
    for file in files {
      try file.finish()
      outputs.append(file.path)
    }
  }

  /// Keeps the frames that were written; without any, leaves nothing.
  public func abandon() {
    if !history.frames.isEmpty { try? finish() }
  }

  /// All files under their temporary names.
  private func stagedFiles() throws -> [StagedFile] {
    var files: [StagedFile] = []
    for (identity, person) in history.people {
      let number = (identity.number < 10 && identity.number >= 0 ? "0" : "") + String(identity.number)
      for (part, rows) in parts(of: person).enumerated() {
        let name = "\(stem)_person\(number)" + (part > 0 ? "_part\(part + 1)" : "") + ".trc"
        let track = MarkerTrack(person, rows: rows, frames: history.frames, names: markers.names)
        guard !track.markers.isEmpty else { continue }
        let file = try StagedFile(path: (path.lastIndex(of: "/").map { String(path[...$0]) } ?? "") + name)
        try file.append(TRCText(track, name: name, frameRate: frameRate).bytes)
        // There may be more people than files that can be open.
        try file.close()
        files.append(file)
      }
    }
    return files
  }

  private var url: URL { URL(fileURLWithPath: path) }
  private var folder: URL { url.deletingLastPathComponent() }
  private var stem: String {
    url.pathExtension.lowercased() == "trc" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
  }

  private var frameRate: Double {
    if let rate = context.frameRate { return rate }
    guard let first = history.frames.first, let last = history.frames.last, last.time > first.time else { return 1 }
    return Double(history.frames.count - 1) / (last.time - first.time)
  }

  /// The person's rows, cut where they were away for too long.
  private func parts(of person: PersonHistory) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 0
    let times = person.positions.map { history.frames[$0].time }
    for row in times.indices where row > 0 && times[row] - times[row - 1] > longestGap {
      parts.append(start..<row)
      start = row
    }
    return parts + [start..<times.count]
  }
}
