/// An output of a format that is of use only as a whole: it grows under a temporary name in the same folder and gets
/// its own name when it is finished.
///
/// Standard output, and what exists and is no regular file (a pipe, a device), is written to directly.
package final class StagedFile: @unchecked Sendable {
  // @unchecked: used by one caller at a time; its users say so.

  package let path: String
  private let temporary: TemporaryFile?
  private let file: OutputFile
  private var isOpen = true

  /// Opens the output.
  ///
  /// - Throws: `OutputError` with the operation `create`.
  package init(path: String) throws {
    self.path = path
    guard let destination = OutputPlace(path).file else {
      temporary = nil
      file = try OutputFile(path: path)
      return
    }
    let temporary = TemporaryFile(for: destination)
    self.temporary = temporary
    do {
      file = try OutputFile(path: temporary.path, isTemporary: true)
    } catch let error as OutputError {
      throw OutputError(.create, path: path, code: error.code)
    }
  }

  /// Appends a piece. Where that fails, the output is abandoned: what exists under its name stays.
  ///
  /// - Throws: `OutputError` with the operation `write`.
  package func append(_ bytes: [UInt8]) throws {
    do {
      try file.append(bytes)
    } catch let error as OutputError {
      abandon()
      throw OutputError(.write, path: path, code: error.code)
    }
  }

  /// Closes the output, which keeps its temporary name; harmless when called again. Where that fails, the output is
  /// abandoned.
  ///
  /// - Throws: `OutputError` with the operation `write`.
  package func close() throws {
    do {
      try file.close()
    } catch let error as OutputError {
      abandon()
      throw OutputError(.write, path: path, code: error.code)
    }
  }

  /// Closes the output and gives it its name; harmless when called again.
  ///
  /// - Throws: `OutputError`.
  package func finish() throws {
    guard isOpen else { return }
    try close()
    isOpen = false
    guard let code = temporary?.publish(), code != 0 else { return }
    throw OutputError(.rename, path: path, code: code)
  }

  /// Closes the output and removes what was written under the temporary name.
  package func abandon() {
    guard isOpen else { return }
    isOpen = false
    temporary?.discard()
    file.abandon()
  }

  deinit { abandon() }
}

/// Writes whole files that must never be seen half-written.
package enum AtomicFile {
  /// Writes `bytes` under a temporary name in the folder of `path` and renames it to `path`, as ``StagedFile`` does.
  ///
  /// - Throws: `OutputError` naming `path`; then nothing is left behind.
  package static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let file = try StagedFile(path: path)
    try file.append(Array(bytes))
    try file.finish()
  }
}
