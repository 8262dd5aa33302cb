import Foundation
import Kapao

/// Where an output goes: files are written under a temporary name beside the final one, everything else directly.
struct OutputDestination {
  /// What the user asked for.
  let path: String
  /// What libavformat writes to.
  let url: String
  private let temporary: TemporaryFile?

  /// `-` is standard output; existing pipes and devices, and URLs, are written to as they are.
  ///
  /// - Parameter inPlace: Whether files are written under their final name, too, or by a container that names its files
  ///   itself.
  init(_ path: String, inPlace: Bool) {
    if path == "-" {
      self.init(path, url: "pipe:1")
    } else if path.contains("://") {
      self.init(path, url: path)
    } else if !inPlace, let file = FileBytes.destination(of: path) {
      let temporary = TemporaryFile(for: file)
      self.init(path, url: Self.url(ofFile: temporary.path), temporary: temporary)
    } else {
      self.init(path, url: Self.url(ofFile: path))
    }
  }

  private init(_ path: String, url: String, temporary: TemporaryFile? = nil) {
    self.path = path
    self.url = url
    self.temporary = temporary
  }

  /// Gives the finished file its name.
  func publish() throws(VideoError) {
    guard let code = temporary?.publish(), code != 0 else { return }
    throw VideoError(operation: "write", input: path, code: AVErrorCode(errno: code), kind: .outputFailed)
  }

  /// Removes the temporary file.
  func discard() { temporary?.discard() }

  /// Whether the output can be gone back in, as MP4's index at the beginning needs.
  var isSeekable: Bool { temporary != nil }

  /// What libavformat takes for a file's name, whatever characters are in it. Playlists hold the names of their parts
  /// from the last slash on.
  private static func url(ofFile path: String) -> String { "file:" + (path.contains("/") ? path : "./" + path) }

  /// A folder cannot be an output.
  static func checkIsNoFolder(_ path: String) throws(VideoError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else { return }
    throw VideoError(operation: "write", input: path, code: AVErrorCode(errno: EISDIR), kind: .outputFailed)
  }
}
