import Foundation

/// The calls of the system that take names of files, for names of any bytes (``FileName``).
package enum FileSystem {
  /// The status of a file, links followed; nil where it cannot be read (`errno` says why).
  package static func status(_ path: String) -> stat? {
    var status = stat()
    return FileName.withBytes(path) { stat($0, &status) } == 0 ? status : nil
  }

  /// Whether there is anything.
  package static func exists(_ path: String) -> Bool { status(path) != nil }

  /// Whether there is a folder.
  package static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

  /// Whether there is a file, and no pipe, device or folder.
  package static func isFile(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

  /// Opens a file; the descriptor or -1.
  package static func open(_ path: String, _ flags: Int32) -> Int32 {
    FileName.withBytes(path) { Foundation.open($0, flags | O_CLOEXEC, 0o666) }
  }

  /// Removes a file or an empty folder.
  @discardableResult
  package static func remove(_ path: String) -> Bool { FileName.withBytes(path) { Foundation.remove($0) } == 0 }

  /// Gives a file another name; 0 or the system's error number.
  package static func rename(_ path: String, to other: String) -> Int32 {
    FileName.withBytes(path) { old in FileName.withBytes(other) { Foundation.rename(old, $0) } } == 0 ? 0 : errno
  }

  /// Makes a folder; 0 or the system's error number.
  package static func makeFolder(_ path: String) -> Int32 {
    FileName.withBytes(path) { mkdir($0, 0o777) } == 0 ? 0 : errno
  }

  /// Whether the process may do with a file what `mode` says.
  package static func allows(_ path: String, _ mode: Int32) -> Bool {
    FileName.withBytes(path) { access($0, mode) } == 0
  }

  /// What a symbolic link says; nil for everything else.
  package static func linkTarget(_ path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = FileName.withBytes(path) { path in
      bytes.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
    }
    return count < 0 ? nil : FileName.text(bytes[..<count])
  }

  /// The path without links, `.` and `..`; nil where there is nothing.
  package static func resolved(_ path: String) -> String? {
    guard let bytes = FileName.withBytes(path, { realpath($0, nil) }) else { return nil }
    defer { free(bytes) }
    return FileName.text(bytes)
  }

  /// The names in a folder, in no order; nil where it cannot be read.
  package static func names(in folder: String) -> [String]? {
    guard let directory = FileName.withBytes(folder, { opendir($0) }) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { FileName.text($0.prefix { $0 != 0 }) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The content of a file, or of a pipe to its end.
  package static func read(_ path: String) throws(InputError) -> [UInt8] {
    func failure() -> InputError { InputError(path: path, reason: String(cString: strerror(errno))) }
    guard let file = FileName.withBytes(path, { fopen($0, "rb") }) else { throw failure() }
    defer { fclose(file) }
    var information = stat()
    guard fstat(fileno(file), &information) == 0 else { throw failure() }
    guard information.st_mode & S_IFMT != S_IFDIR else { throw InputError(path: path, reason: "a folder") }
    let tooLarge = InputError(path: path, reason: "larger than 2 GiB")
    guard information.st_mode & S_IFMT == S_IFREG else {
      var bytes: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 1 << 20)
      while case let count = fread(&piece, 1, piece.count, file), count > 0, bytes.count <= largest {
        bytes += piece[..<count]
      }
      guard ferror(file) == 0 else { throw failure() }
      guard bytes.count <= largest else { throw tooLarge }
      return bytes
    }
    let size = Int(information.st_size)
    guard size <= largest else { throw tooLarge }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = size == 0 ? 0 : fread(buffer.baseAddress, 1, size, file)
    }
    guard bytes.count == size else { throw failure() }
    return bytes
  }

  /// Largest file that is read; KAPAO-L's checkpoint in the middle of training has 0.6 GB.
  private static let largest = 2 << 30
}

/// Why a file could not be read.
package struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, as the user named it.
  package let path: String
  /// The system's reason, or what is there instead of a file.
  package let reason: String

  /// For example `cannot read match.json: No such file or directory`.
  package var description: String { "cannot read \(path): \(reason)" }
}

/// Which file a path leads to and when it was last written, to find out whether it was replaced.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let node: UInt64
  private let size: Int64
  private let seconds: Int
  private let nanoseconds: Int

  /// The file at `path`, through links; `nil` where there is none.
  package init?(_ path: String) {
    guard let status = FileSystem.status(path) else { return nil }
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
    size = Int64(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
