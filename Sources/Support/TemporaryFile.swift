import Foundation

/// A file that grows under a hidden name beside its own until it is complete.
package struct TemporaryFile: Sendable {
  /// Where to write.
  package let path: String
  private let finalPath: String

  /// A name of this process in the folder of `path`, no longer than file systems allow; `kind` says what is in it.
  package init(for path: String, kind: String = "partial") {
    let ending = ".\(kind)-\(ProcessInfo.processInfo.processIdentifier)"
    var name = FileName.last(of: path)
    // The end of a long name tells more of it than the beginning: numbers stand there.
    while 1 + FileName.bytes(name).count + ending.utf8.count > 255 { name.removeFirst() }
    self.path = FileName.path(FileName.folder(of: path), ".\(name)\(ending)")
    finalPath = path
  }

  /// Makes the file with `body`; it goes if the process ends before it is published.
  package func make<R>(_ body: () throws -> R) rethrows -> R { try UnfinishedOutputs.make(path, body) }

  /// Gives the complete file its name, or removes it where that cannot be; 0 or the system's error number.
  package func publish() -> Int32 {
    let code = FileSystem.rename(path, to: finalPath)
    if code != 0 { discard() } else { UnfinishedOutputs.forget(path) }
    return code
  }

  /// Removes it.
  package func discard() {
    FileSystem.remove(path)
    UnfinishedOutputs.forget(path)
  }
}

/// The files and folders that this process has made and that are no output yet: what goes when it ends early.
package enum UnfinishedOutputs {
  private static let lock = NSLock()
  // Every access is under `lock`.
  nonisolated(unsafe) private static var paths: Set<String> = []

  /// Makes one, which is remembered where `isMade` says that it was made.
  package static func make<R>(
    _ path: String, isMade: (R) -> Bool = { _ in true }, _ body: () throws -> R
  ) rethrows -> R {
    try lock.withLock {
      let result = try body()
      if isMade(result) { paths.insert(path) }
      return result
    }
  }

  /// It is an output from now on, or gone.
  package static func forget(_ path: String) { lock.withLock { _ = paths.remove(path) } }

  /// Removes all, and keeps whoever would make another waiting: the process is about to end.
  package static func removeAll() {
    lock.lock()
    paths.forEach { FileSystem.remove($0) }
  }
}
