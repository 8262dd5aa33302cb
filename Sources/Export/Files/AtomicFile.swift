/// Writes small files that must never be seen half-written.
package enum AtomicFile {
  /// Writes `bytes` under a temporary name in the folder of `path` and renames it to `path`, as ``StagedFile`` does.
  ///
  /// - Throws: `ExportError` naming `path`; then nothing is left behind.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try StagedFile(path: path)
    try file.append(bytes)
    try file.finish()
  }
}
