import CFFmpeg
import Foundation
import Kapao
import Support

/// Checksums of files.
package enum FileDigest {
  /// The SHA-256 of a file's bytes as 64 hexadecimal digits, read in pieces.
  ///
  /// - Throws: ``VideoError`` when the file cannot be read.
  package static func sha256(ofFile path: String) throws -> String {
    let descriptor = FileSystem.open(path, O_RDONLY)
    guard descriptor >= 0 else { throw VideoError(operation: "read", input: path, code: AVErrorCode(errno: errno)) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? file.close() }
    guard let sha = av_sha_alloc() else { throw VideoError(operation: "read", input: path, code: .outOfMemory) }
    defer { av_free(UnsafeMutableRawPointer(sha)) }
    av_sha_init(sha, 256)
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
        piece.withUnsafeBytes { bytes in
          av_sha_update(sha, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
      }
    } catch {
      throw VideoError(operation: "read", input: path, code: AVErrorCode(errno: EIO), detail: "\(error)")
    }
    var digest = [UInt8](repeating: 0, count: 32)
    av_sha_final(sha, &digest)
    return digest.map { String(format: "%02x", $0) }.joined()
  }
}
