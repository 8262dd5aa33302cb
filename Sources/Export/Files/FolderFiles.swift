import Foundation

/// Files of one run among others in a folder.
package enum FolderFiles {
  /// Removes the files of an earlier run: those in `folder` whose name is `prefix`, then something that `isOwn` accepts,
  /// then `suffix`. Where this fails, what stays is overwritten or found by the caller.
  package static func remove(in folder: String, prefix: String, suffix: String, where isOwn: (Substring) -> Bool) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.utf8.count > prefix.utf8.count + suffix.utf8.count
      else { continue }
      let middle = name.dropFirst(prefix.count).dropLast(suffix.count)
      if isOwn(middle) { unlink(URL(fileURLWithPath: folder).appendingPathComponent(name).path) }
    }
  }

  /// Fails where no file could be made in a folder.
  ///
  /// - Throws: `ExportError` with the operation `create`, naming `path`.
  package static func requireWritable(_ folder: String, path: String) throws {
    var status = stat()
    guard stat(folder, &status) == 0 else { throw ExportError(.create, path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw ExportError(.create, path: path, code: ENOTDIR) }
    guard access(folder, W_OK | X_OK) == 0 else { throw ExportError(.create, path: path, code: errno) }
  }
}
