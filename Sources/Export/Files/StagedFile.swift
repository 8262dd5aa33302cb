import Foundation
import Kapao

/// An output of a format that is of use only as a whole: it grows under a temporary name in the same folder and gets
/// its own name when it is finished.
///
/// Standard output, and what exists and is no regular file (a pipe, a device), is written to directly.
package final class StagedFile: @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  package let path: String
  private let destination: String
  private let temporary: String?
  private let file: OutputFile
  private var isOpen = true

  /// Opens the output.
  ///
  /// - Throws: `ExportError` with the operation `create`.
  package init(path: String) throws {
    self.path = path
    let url = FileBytes.destination(of: path)
    destination = url.path
    var status = stat()
    let exists = path != "-" && stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw ExportError(.create, path: path, code: EISDIR) }
    if path == "-" || (exists && status.st_mode & S_IFMT != S_IFREG) {
      temporary = nil
      file = try OutputFile(path: path)
      return
    }
    let name = ".\(Self.shortened(url.lastPathComponent)).\(getpid()).partial"
    let temporary = url.deletingLastPathComponent().appendingPathComponent(name).path
    self.temporary = temporary
    do {
      file = try OutputFile(path: temporary)
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
    guard let temporary, rename(temporary, destination) != 0 else { return }
    let code = errno
    unlink(temporary)
    throw ExportError(.rename, path: path, code: code)
  }

  /// Closes the output and removes what was written under the temporary name.
  package func abandon() {
    guard isOpen else { return }
    isOpen = false
    if let temporary { unlink(temporary) }
    file.abandon()
  }

  deinit { abandon() }

  /// A name that leaves room for more in the 255 bytes that a file system allows; different names stay different.
  private static func shortened(_ name: String) -> String {
    guard name.utf8.count > 200 else { return name }
    var start = name[...]
    while start.utf8.count > 180 { start.removeLast() }
    return "\(start)~" + String(UInt(bitPattern: name.hashValue), radix: 16)
  }
}
