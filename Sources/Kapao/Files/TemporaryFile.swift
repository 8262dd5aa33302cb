import Foundation

/// A file that grows under a hidden name beside its own until it is complete.
package struct TemporaryFile: Sendable {
  /// Where to write.
  package let path: String
  private let finalPath: String

  private static let lock = NSLock()
  nonisolated(unsafe) private static var present: Set<String> = []

  /// A name of this process in the folder of `path`, no longer than file systems allow.
  package init(for path: String) {
    let ending = ".partial-\(ProcessInfo.processInfo.processIdentifier)"
    var name = (path as NSString).lastPathComponent
    // The end of a long name tells more of it than the beginning: numbers stand there.
    while 1 + name.utf8.count + ending.utf8.count > 255 { name.removeFirst() }
    let folder = (path as NSString).deletingLastPathComponent
    let hidden = (folder as NSString).appendingPathComponent(".\(name)\(ending)")
    self.path = hidden
    finalPath = path
    Self.lock.withLock { _ = Self.present.insert(hidden) }
  }

  /// Gives the complete file its name, or removes it where that cannot be; 0 or the system's error number.
  package func publish() -> Int32 {
    guard rename(path, finalPath) == 0 else {
      let code = errno
      discard()
      return code
    }
    Self.lock.withLock { _ = Self.present.remove(path) }
    return 0
  }

  /// Removes it.
  package func discard() {
    unlink(path)
    Self.lock.withLock { _ = Self.present.remove(path) }
  }

  /// Removes all of this process, which is about to end.
  package static func discardAll() {
    for path in lock.withLock({ present }) { unlink(path) }
  }
}
