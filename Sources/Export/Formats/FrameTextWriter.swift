import Support

/// What the formats have in common that are one text file and grow frame by frame: each frame reaches the system in one
/// call before `write` returns, so that whatever ends the program, every line in the file is whole.
package class FrameTextWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  /// The text of the frame at hand.
  final var text = TextBuffer()
  private let file: OutputFile
  private var hasBegun = false

  /// Opens the output; a file that exists is replaced by the first frame, not before.
  init(path: String) throws { file = try OutputFile(path: path) }

  /// Appends what stands before the first frame to `text`.
  func appendHeader() {}

  /// Appends a frame to `text`.
  func append(_ record: FrameRecord) {}

  /// Where the text goes.
  package final var path: String { file.path }

  /// Writes a frame.
  package final func write(_ record: FrameRecord) throws {
    try put { append(record) }
  }

  /// Closes the file; a run without frames leaves one with nothing but the header.
  package final func finish() throws {
    if !hasBegun { try put {} }
    try file.close()
  }

  /// Closes the file; removes it if it is new and got no frame.
  package final func abandon() { file.abandon() }

  private func put(_ appendFrame: () -> Void) throws {
    text.removeAll()
    if !hasBegun { appendHeader() }
    appendFrame()
    try file.append(text.bytes)
    hasBegun = true
  }
}
