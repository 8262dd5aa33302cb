import Foundation

/// What a path of an output leads to, through links.
package enum OutputPlace: Hashable, Sendable {
  /// A file that can be replaced, or one that does not exist yet.
  case file(String)
  /// What another program has opened for this one: `-`, `/dev/stdout`, `/dev/fd/63`, of a shell's `>(…)`.
  case descriptor(Int32)
  /// A pipe or a device, which is written to as it is; also a folder.
  case other(String)

  /// Looks where a path leads.
  package init(_ path: String) {
    if path == "-" {
      self = .descriptor(STDOUT_FILENO)
      return
    }
    var end = path
    // As many links as Linux follows.
    for _ in 0..<40 {
      if let number = Self.descriptor(end) {
        self = .descriptor(number)
        return
      }
      guard let target = FileSystem.linkTarget(end) else { break }
      let folder = FileName.folder(of: end)
      // What other processes have open.
      guard FileSystem.resolved(folder.isEmpty ? "." : folder)?.hasPrefix("/proc/") != true else { break }
      end = target.hasPrefix("/") ? target : FileName.path(folder, target)
    }
    let isReplaceable = FileSystem.status(end).map { $0.st_mode & S_IFMT == S_IFREG } ?? true
    self = isReplaceable ? .file(end) : .other(end)
  }

  /// The file, where it is one.
  package var file: String? {
    if case .file(let path) = self { path } else { nil }
  }

  /// Opens what is no file for writing; the descriptor or -1. Descriptors of other programs are not opened anew, which
  /// would begin at the start of what they have written already.
  package func open() -> Int32 {
    switch self {
    case .file(let path), .other(let path): FileSystem.open(path, O_WRONLY)
    case .descriptor(let number): fcntl(number, F_DUPFD_CLOEXEC, 3)
    }
  }

  private static func descriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdin": return STDIN_FILENO
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for prefix in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/"] where path.hasPrefix(prefix) {
        return Int32(path.dropFirst(prefix.count))
      }
      return nil
    }
  }
}
