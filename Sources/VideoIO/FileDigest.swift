import CFFmpeg
import Foundation

/// Checksums of files.
public enum FileDigest {
  /// The SHA-256 of a file's bytes as 64 hexadecimal digits, read in pieces.
  ///
  /// - Throws: ``VideoError`` when the file cannot be read.
  public static func sha256(ofFile path: String) throws -> String {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw VideoError(operation: "read", input: path, code: AVErrorCode(errno: errno == 0 ? ENOENT : errno))
    }
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
