import Foundation
import Kapao

/// An output of a format that is of use only as a whole: it grows under a temporary name in the same folder and gets
/// its own name when it is finished.
///
/// Standard output, and what exists and is no regular file (a pipe, a device), is written to directly.
package final class StagedFile: @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  package let path: String
  private let temporary: TemporaryFile?
  private let file: OutputFile
  private var isOpen = true

  /// Opens the output.
  ///
  /// - Throws: `ExportError` with the operation `create`.
  package init(path: String) throws {
    self.path = path
    var status = stat()
    if path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw ExportError(.create, path: path, code: EISDIR)
    }
    guard path != "-", let destination = FileBytes.destination(of: path) else {
      temporary = nil
      file = try OutputFile(path: path)
      return
    }
    let temporary = TemporaryFile(for: destination)
    self.temporary = temporary
    do {
      file = try OutputFile(path: temporary.path)
    } catch let error as ExportError {
      throw ExportError(.create, path: path, code: error.code)
    }
  }

  /// Appends a piece. Where that fails, the output is abandoned: what exists under its name stays.
  ///
  /// - Throws: `ExportError` with the operation `write`.
  package func append(_ bytes: [UInt8]) throws {
    do {
      try file.append(bytes)
    } catch let error as ExportError {
      abandon()
      throw ExportError(.write, path: path, code: error.code)
    }
  }

  /// Closes the output, which keeps its temporary name; harmless when called again. Where that fails, the output is
  /// abandoned.
  ///
  /// - Throws: `ExportError` with the operation `write`.
  package func close() throws {
    do {
      try file.close()
    } catch let error as ExportError {
      abandon()
      throw ExportError(.write, path: path, code: error.code)
    }
  }

  /// Closes the output and gives it its name; harmless when called again.
  ///
  /// - Throws: `ExportError`.
  package func finish() throws {
    guard isOpen else { return }
    try close()
    isOpen = false
    guard let code = temporary?.publish(), code != 0 else { return }
    throw ExportError(.rename, path: path, code: code)
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
