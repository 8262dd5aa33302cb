import Foundation

/// A text output that grows by whole pieces: a file, or standard output for the path `-`.
///
/// Each piece goes to the system at once, in one call. There is no buffer in the program that a stalled source, a
/// crash or SIGKILL could lose, and a piece that does not fit on the disk is taken back.
///
/// The file is opened (and so found writable or not) when the object is made, but what an earlier run left under the
/// name is replaced only by the first piece.
package final class OutputFile: @unchecked Sendable {
  // @unchecked: used by one caller at a time; its users say so.

  package let path: String
  private var descriptor: Int32
  private let created: Bool
  private let isRegular: Bool
  private var length: off_t = 0
  private var hasContent = false
  private let isTemporary: Bool

  /// Opens the output.
  ///
  /// - Parameter isTemporary: Whether it goes with its content if the process ends before it is published.
  /// - Throws: `OutputError` with the operation `create`.
  package init(path: String, isTemporary: Bool = false) throws {
    self.isTemporary = isTemporary
    self.path = path
    let place = OutputPlace(path)
    let fresh =
      place.file == nil
      ? -1
      : UnfinishedOutputs.make(path, isMade: { $0 >= 0 }) { FileSystem.open(path, O_WRONLY | O_CREAT | O_EXCL) }
    created = fresh >= 0
    let code = errno
    descriptor = created ? fresh : place.open()
    guard descriptor >= 0 else {
      // What kept the file from being made says more than that it is not there.
      throw OutputError(.create, path: path, code: errno == ENOENT && place.file != nil ? code : errno)
    }
    isRegular = place.file != nil
  }

  /// Appends a piece, the whole of it or, in case of an error, nothing (where the output is a regular file).
  ///
  /// - Throws: `OutputError` with the operation `write`.
  package func append(_ bytes: [UInt8]) throws {
    guard descriptor >= 0 else { throw OutputError(.write, path: path, code: EBADF) }
    if !hasContent, isRegular, ftruncate(descriptor, 0) != 0 { throw OutputError(.write, path: path, code: errno) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count >= 0 {
        written += count
      } else if errno == EAGAIN {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, -1)
      } else if errno != EINTR {
        let code = errno
        if isRegular, written > 0, ftruncate(descriptor, length) == 0 { lseek(descriptor, length, SEEK_SET) }
        throw OutputError(.write, path: path, code: code)
      }
    }
    length += off_t(written)
    if !hasContent, created, !isTemporary { UnfinishedOutputs.forget(path) }
    hasContent = true
  }

  /// Closes the output; harmless when called again.
  ///
  /// - Throws: `OutputError` with the operation `write`, where the system reports only now that it could not write.
  package func close() throws {
    guard descriptor >= 0 else { return }
    defer { descriptor = -1 }
    guard Foundation.close(descriptor) == 0 || errno == EINTR else {
      throw OutputError(.write, path: path, code: errno)
    }
  }

  /// Closes the output, and removes the file if this object created it and nothing was written to it.
  package func abandon() {
    guard descriptor >= 0 else { return }
    if created, !hasContent {
      FileSystem.remove(path)
      UnfinishedOutputs.forget(path)
    }
    try? close()
  }

  deinit { abandon() }
}
