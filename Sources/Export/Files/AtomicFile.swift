import Foundation

/// Writes small files that must never be seen half-written.
package enum AtomicFile {
  /// Writes `bytes` under a temporary name in the folder of `path` and renames it to `path`.
  ///
  /// - Throws: `ExportError` naming `path`; then nothing is left behind.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    let url = URL(fileURLWithPath: path)
    let temporary = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(getpid()).partial").path
    let file: OutputFile
    do {
      file = try OutputFile(path: temporary)
    } catch let error as ExportError {
      throw ExportError(.create, path: path, code: error.code)
    }
    do {
      try file.append(bytes)
      try file.close()
    } catch let error as ExportError {
      unlink(temporary)
      throw ExportError(.write, path: path, code: error.code)
    }
    guard rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw ExportError(.rename, path: path, code: code)
    }
  }
}
