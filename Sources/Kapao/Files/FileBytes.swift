import Foundation

/// Reads and writes whole files.
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

  /// The file that a path leads to through links, also through one to a file that does not exist yet. Nil for what is no
  /// file that can be replaced: a pipe, a device, or what another program has opened for this one (`/dev/stdout`).
  package static func destination(of path: String) -> String? {
    var information = stat()
    if stat(path, &information) == 0, information.st_mode & S_IFMT != S_IFREG { return nil }
    var path = path
    // As many links as Linux follows.
    for _ in 0..<40 {
      let folder = (path as NSString).deletingLastPathComponent
      if URL(fileURLWithPath: folder).resolvingSymlinksInPath().path.hasPrefix("/proc/") { return nil }
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return path }
      path = target.hasPrefix("/") ? target : (folder as NSString).appendingPathComponent(target)
    }
    return nil
  }

  /// Writes a file under a temporary name beside it and renames it when it is complete. A link stays a link, and what
  /// exists and is no regular file (a pipe, a device) is written to as it is.
  ///
  /// - Throws: `ModelError.unwritable`; then what was there before is unchanged.
  package static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(ModelError) {
    let file = destination(of: path)
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: file ?? path), options: file == nil ? [] : .atomic)
    } catch {
      let code = ((error as? CocoaError)?.underlying as? POSIXError)?.code
      let reason = code.map { String(cString: strerror($0.rawValue)) } ?? error.localizedDescription
      throw .unwritable(path: path, reason: reason)
    }
  }
}
