import Foundation

/// Files of one run among others in a folder.
package enum FolderFiles {
  /// Removes the files of an earlier run: those in `folder` whose name is `prefix`, then something that `isOwn` accepts,
  /// then `suffix`. Where this fails, what stays is overwritten or found by the caller.
  package static func remove(in folder: String, prefix: String, suffix: String, where isOwn: (Substring) -> Bool) {
    for name in FileSystem.names(in: folder) ?? [] {
      guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.utf8.count > prefix.utf8.count + suffix.utf8.count
      else { continue }
      let middle = name.dropFirst(prefix.count).dropLast(suffix.count)
      if isOwn(middle) { FileSystem.remove(FileName.path(folder, name)) }
    }
  }

  /// Makes a folder and those that it is in, as far as they are not there.
  ///
  /// - Throws: `OutputError` with the operation `create`.
  package static func make(_ folder: String) throws {
    guard !folder.isEmpty, !FileSystem.isFolder(folder) else { return }
    try make(FileName.folder(of: folder))
    let code = FileSystem.makeFolder(folder)
    guard code == 0 || FileSystem.isFolder(folder) else { throw OutputError(.create, path: folder, code: code) }
  }

  /// Removes a file, or a folder with all that is in it; links are removed, and not followed.
  package static func removeTree(_ path: String) {
    if FileSystem.linkTarget(path) == nil, FileSystem.isFolder(path) {
      for name in FileSystem.names(in: path) ?? [] { removeTree(FileName.path(path, name)) }
    }
    FileSystem.remove(path)
  }

  /// Moves the files of a folder into another one, over those of the same names.
  ///
  /// - Throws: `OutputError` with the operation `rename` or `create`.
  package static func move(_ folder: String, into other: String) throws {
    try make(other)
    for name in FileSystem.names(in: folder) ?? [] {
      let (old, new) = (FileName.path(folder, name), FileName.path(other, name))
      if FileSystem.isFolder(old) {
        try move(old, into: new)
      } else {
        let code = FileSystem.rename(old, to: new)
        guard code == 0 else { throw OutputError(.rename, path: new, code: code) }
      }
    }
  }

  /// The folder that a file is in.
  package static func folder(of path: String) -> String {
    let folder = FileName.folder(of: path)
    return folder.isEmpty ? "." : folder
  }

  /// Fails where no file could be made in a folder.
  ///
  /// - Throws: `OutputError` with the operation `create`, naming `path`.
  package static func requireWritable(_ folder: String, path: String) throws {
    guard FileSystem.exists(folder) else { throw OutputError(.create, path: path, code: errno) }
    guard FileSystem.isFolder(folder) else { throw OutputError(.create, path: path, code: ENOTDIR) }
    guard FileSystem.allows(folder, W_OK | X_OK) else { throw OutputError(.create, path: path, code: errno) }
  }
}

/// A file that one process at a time has; the lock goes with the process.
package final class FileLock {
  private let descriptor: Int32

  /// `nil` where another process has it, or it cannot be made.
  package init?(_ path: String) {
    while true {
      let descriptor = FileSystem.open(path, O_RDWR | O_CREAT)
      guard descriptor >= 0 else { return nil }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        return nil
      }
      // Whoever had it may have removed it meanwhile.
      var own = stat()
      if fstat(descriptor, &own) == 0, let there = FileSystem.status(path), there.st_ino == own.st_ino {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }
}
