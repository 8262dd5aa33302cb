import Foundation

/// Reads whole files.
package enum FileBytes {
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
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = size == 0 ? 0 : fread(buffer.baseAddress, 1, size, file)
    }
    guard bytes.count == size else { throw failure() }
    return bytes
  }
}
