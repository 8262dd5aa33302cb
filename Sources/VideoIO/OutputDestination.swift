import Foundation
import Kapao
import Support

/// Where an output goes: files are written under a temporary name beside the final one, everything else directly.
struct OutputDestination {
  /// What the user asked for.
  let path: String
  /// What libavformat writes to.
  let url: String
  private let temporary: TemporaryFile?
  private let isRecoverable: Bool

  /// `-` is standard output; existing pipes and devices, and URLs, are written to as they are.
  ///
  /// - Parameters:
  ///   - inPlace: Whether files are written under their final name, too, or by a container that names its files itself.
  ///   - isRecoverable: Whether what is written so far is of use, and stays when the process is ended early.
  init(_ path: String, inPlace: Bool, isRecoverable: Bool = false) {
    guard path == "-" || !path.contains("://") else {
      self.init(path, url: path)
      return
    }
    switch OutputPlace(path) {
    case .descriptor(let number): self.init(path, url: "pipe:\(number)")
    case .file(let file) where !inPlace:
      let temporary = TemporaryFile(for: file, kind: isRecoverable ? "recoverable" : "partial")
      self.init(path, url: Self.url(ofFile: temporary.path), temporary: temporary, isRecoverable: isRecoverable)
    case .file, .other: self.init(path, url: Self.url(ofFile: path))
    }
  }

  private init(_ path: String, url: String, temporary: TemporaryFile? = nil, isRecoverable: Bool = false) {
    self.isRecoverable = isRecoverable
    self.path = path
    self.url = url
    self.temporary = temporary
  }

  /// Opens it with `body`; a temporary file goes if the process ends before it is published.
  func make<R>(_ body: () -> R) -> R { (isRecoverable ? nil : temporary)?.make(body) ?? body() }

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

  /// A folder cannot be an output, nor a file in a folder that is missing or cannot be written to.
  static func checkIsWritable(_ path: String) throws(VideoError) {
    guard path == "-" || !path.contains("://") else { return }
    var code: Int32 = 0
    switch OutputPlace(path) {
    case .descriptor: return
    case .other: if FileSystem.isFolder(path) { code = EISDIR }
    case .file(let file):
      let folder = FileName.folder(of: file)
      if path.hasSuffix("/") {
        code = EISDIR
      } else if !FileSystem.allows(folder.isEmpty ? "." : folder, W_OK | X_OK) {
        code = errno
      }
    }
    guard code != 0 else { return }
    throw VideoError(operation: "write", input: path, code: AVErrorCode(errno: code), kind: .outputFailed)
  }
}
