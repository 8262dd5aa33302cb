import Kapao
import Support

/// DeepLabCut's CSV, for one animal or several: a row for every frame from 0, a column for every person and keypoint.
///
/// The likelihood of a keypoint that a keypoint object confirmed is that object's confidence; that of any other is the
/// person's score, never 0: DeepLabCut's users drop what is below 0.6. Missing keypoints, and people in frames they are
/// not in, are empty fields, which pandas reads as NaN.
///
/// The columns are known only when everyone has been seen, so all people are kept in memory (12 bytes for each keypoint
/// of each person in each frame) and the file is written when the run is over. Without tracking the individuals are
/// `rank0`, `rank1`, … by score in each frame, which may be someone else in every frame.
package final class DeepLabCutWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  /// How many people the file is for.
  package enum Layout: Sendable {
    /// Four rows of header, with `individuals`; everyone.
    case multiAnimal
    /// Three rows of header; the person who is in most frames.
    case singleAnimal
  }

  private let context: ExportContext
  private let layout: Layout
  private let file: StagedFile
  private var history: PoseHistory
  private var isFinished = false

  /// Opens the output.
  ///
  /// - Throws: `OutputError` where it cannot be created.
  package init(path: String, context: ExportContext, layout: Layout = .multiAnimal) throws {
    self.context = context
    self.layout = layout
    history = PoseHistory(pointCount: context.skeleton.count)
    file = try StagedFile(path: path)
  }

  /// Where the rows go.
  package var path: String { file.path }

  /// Keeps a frame.
  ///
  /// - Throws: `OutputError` if so many frames before it are missing that it is a slip (``PoseHistory/isSlip(missing:present:)``).
  package func write(_ record: FrameRecord) throws {
    let missing = record.index - history.frames.count
    guard !PoseHistory.isSlip(missing: missing, present: history.frames.count) else {
      file.abandon()
      throw OutputError(
        .write, path: path,
        detail: "\(missing) frames before frame \(record.index) are missing, and DeepLabCut's CSV has a row for each")
    }
    history.append(record, context: context) { $0.keypoints }
  }

  /// Writes the file.
  package func finish() throws {
    guard !isFinished else { return }
    isFinished = true
    let people = chosen
    var text = TextBuffer()
    appendHeader(people.map(\.identity.name), to: &text)
    var rows = Array(repeating: 0, count: people.count)
    var position = 0
    for frame in 0..<(history.frames.last.map { $0.index + 1 } ?? 0) {
      text.append(frame)
      let isPresent = history.frames[position].index == frame
      for (person, (_, history)) in people.enumerated() {
        let row = rows[person]
        let isSeen = isPresent && row < history.positions.count && history.positions[row] == position
        if isSeen { rows[person] += 1 }
        for index in 0..<context.skeleton.count { append(isSeen ? history.point(index, row: row) : nil, to: &text) }
      }
      text.append("\n")
      try file.append(text.bytes)
      text.removeAll()
      if isPresent { position += 1 }
    }
    try file.append(text.bytes)
    try file.finish()
  }

  /// Keeps the frames that were written; without any, leaves nothing.
  package func abandon() {
    if !history.frames.isEmpty { try? finish() }
    file.abandon()
  }

  /// The people of the file; nobody at all is one person who is never seen, as readers need a column.
  private var chosen: [(identity: PersonIdentity, history: PersonHistory)] {
    let people = history.people
    guard let first = people.first else { return [(.rank(0), PersonHistory(pointCount: context.skeleton.count))] }
    guard layout == .singleAnimal else { return people }
    // The first of those who are seen most often, as `max` would give the last.
    return [people.dropFirst().reduce(first) { $1.history.positions.count > $0.history.positions.count ? $1 : $0 }]
  }

  private func appendHeader(_ people: [String], to text: inout TextBuffer) {
    let names = context.skeleton.keypointNames
    func row(_ title: String, _ field: (_ person: String, _ keypoint: String, _ column: String) -> String) {
      text.append(title)
      for person in people {
        for name in names {
          for column in ["x", "y", "likelihood"] {
            text.append("," as Unicode.Scalar)
            text.append(field: field(person, name, column))
          }
        }
      }
      text.append("\n")
    }
    row("scorer") { _, _, _ in context.model }
    if layout == .multiAnimal { row("individuals") { person, _, _ in person } }
    row("bodyparts") { _, keypoint, _ in keypoint }
    row("coords") { _, _, column in column }
  }

  private func append(_ point: ExportedPoint?, to text: inout TextBuffer) {
    guard let point else { return text.append(",,,") }
    text.append("," as Unicode.Scalar)
    text.append(point.x, decimals: 2)
    text.append("," as Unicode.Scalar)
    text.append(point.y, decimals: 2)
    text.append("," as Unicode.Scalar)
    text.append(point.confidence, decimals: 4)
  }
}
