import Foundation

/// Reads whole files.
package enum FileBytes {
  /// Largest file that is read; KAPAO-L's checkpoint in the middle of training has 0.6 GB.
  private static let largest = 2 << 30

  /// The content of the regular file at `path`.
  package static func read(_ path: String) throws(ModelError) -> [UInt8] {
    func failure() -> ModelError { .unreadable(path: path, reason: String(cString: strerror(errno))) }
    guard let file = fopen(path, "rb") else { throw failure() }
    defer { fclose(file) }
    var information = stat()
    guard fstat(fileno(file), &information) == 0 else { throw failure() }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "not a regular file")
    }
    let size = Int(information.st_size)
    guard size <= largest else { throw .unreadable(path: path, reason: "larger than 2 GiB") }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = size == 0 ? 0 : fread(buffer.baseAddress, 1, size, file)
    }
    guard bytes.count == size else { throw failure() }
    return bytes
  }
}
