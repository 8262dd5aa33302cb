import Foundation
import Kapao
import Support

/// TRC, one file for each person: `matches.trc` becomes `matches_person01.trc`, `matches_person02.trc`, … for OpenSim, and
/// `matches_px_person01.trc`, … for Sports2D.
///
/// * Markers are those of Pose2Sim's and Sports2D's models; `Hip` and `Neck` are the middles of hips and shoulders.
/// * X is the pixel's x, Z is 0. For OpenSim Y points up and is minus the pixel's y; for Sports2D it is the pixel's y.
///   `Units` says `m`, as OpenSim knows no pixels: scale before measuring.
/// * `Time` is the frame's presentation time, for Sports2D from 0 at the first frame; `Frame#` is the frame's number from
///   0. `DataRate` is the source's frame rate, or else that of the frames (``MeanFrameRate``).
/// * Sports2D takes rows for the video's frames: there is one for each, with empty fields for what is missing.
/// * OpenSim cannot take gaps, so there are none: a person's file goes from the first to the last frame they are in, and
///   a marker that is missing there lies on the line, in time, between where it was seen before and after, or stays where
///   it was seen first or last. A marker that is never seen is left out. Where a person is away for longer than
///   `longestGap`, the file ends and another begins: `…_person01_part2.trc`.
///
/// Nothing can be written before the run is over; all people are kept in memory (12 bytes for each marker of each person
/// in each frame).
package final class TRCWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  /// The program that the files are made for.
  package enum Layout: Sendable {
    /// OpenSim: no gaps, Y up.
    case openSim
    /// Sports2D's `load_trc_px`: every frame, Y down, `_px` in the name.
    case sports2D
  }

  /// The path that the names are made from.
  package let path: String
  /// The files, once the run is over.
  package private(set) var outputs: [String] = []
  private let context: ExportContext
  private let layout: Layout
  private let longestGap: Double
  private let markers: MarkerSet
  private var history: PoseHistory
  private var isFinished = false

  /// Checks that files can be made in the folder.
  ///
  /// - Parameters:
  ///   - path: The name without the person, with or without `.trc`.
  ///   - context: What is known of the run.
  ///   - layout: The program that the files are made for.
  ///   - longestGap: Seconds of absence that are bridged.
  /// - Throws: `OutputError` where the folder is missing or cannot be written to.
  package init(path: String, context: ExportContext, layout: Layout = .openSim, longestGap: Double = 1) throws {
    self.path = path
    self.context = context
    self.layout = layout
    self.longestGap = longestGap
    markers = MarkerSet(.openSim, skeleton: context.skeleton)
    history = PoseHistory(pointCount: markers.names.count)
    try FolderFiles.requireWritable(folder, path: path)
  }

  /// Keeps a frame.
  package func write(_ record: FrameRecord) throws { history.append(record, context: context, points: markers.points) }

  /// Writes the files, in place of those of an earlier run, which stay if not all can be written.
  package func finish() throws {
    guard !isFinished else { return }
    isFinished = true
    let files = try stagedFiles()
    let names = Set(files.map { URL(fileURLWithPath: $0.path).lastPathComponent })
    FolderFiles.remove(in: folder, prefix: stem + "_person", suffix: ".trc") { middle in
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
  package func abandon() {
    if !history.frames.isEmpty { try? finish() }
  }

  /// All files under their temporary names.
  private func stagedFiles() throws -> [StagedFile] {
    var files: [StagedFile] = []
    let frameRate = context.frameRate ?? MeanFrameRate.of(history.frames.map(\.time))
    for (identity, person) in history.people {
      for (part, track) in tracks(of: person).enumerated() where !track.markers.isEmpty {
        let name = stem + identity.fileSuffix + (part > 0 ? "_part\(part + 1)" : "") + ".trc"
        let file = try StagedFile(path: (path.lastIndex(of: "/").map { String(path[...$0]) } ?? "") + name)
        let text = TRCText(
          track, name: name, up: layout == .openSim ? -1 : 1, decimals: 2,
          origin: layout == .openSim ? 0 : track.frames[0].time, frameRate: frameRate)
        try file.append(text.bytes)
        // There may be more people than files that can be open.
        try file.close()
        files.append(file)
      }
    }
    return files
  }

  private var url: URL { URL(fileURLWithPath: path) }
  private var folder: String { path.hasSuffix("/") ? path : FolderFiles.folder(of: path) }
  private var stem: String {
    let given =
      url.pathExtension.lowercased() == "trc" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
    return layout == .sports2D && !given.hasSuffix("_px") ? given + "_px" : given
  }

  private func tracks(of person: PersonHistory) -> [MarkerTrack] {
    switch layout {
    case .openSim:
      parts(of: person).map { MarkerTrack(person, rows: $0, frames: history.frames, names: markers.names) }
    case .sports2D: [MarkerTrack(person, frames: history.frames, names: markers.names)]
    }
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
