import Foundation

/// Where an output goes: files are written under a temporary name beside the final one, everything else directly.
struct OutputDestination {
  /// What the user asked for.
  let path: String
  /// What libavformat writes to.
  let url: String
  /// The temporary file, where there is one.
  let temporaryPath: String?

  /// `-` is standard output; existing pipes and devices, and URLs, are written to as they are.
  ///
  /// - Parameter inPlace: Whether files are written under their final name, too.
  init(_ path: String, inPlace: Bool = false) throws(VideoError) {
    self.path = path
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    if exists, isDirectory.boolValue {
      throw VideoError(
        operation: "write", input: path, code: AVErrorCode(errno: EISDIR), kind: .outputFailed)
    }
    if path == "-" {
      url = "pipe:1"
      temporaryPath = nil
    } else if path.contains("://") {
      url = path
      temporaryPath = nil
    } else if inPlace || exists && !Self.isRegular(path) {
      url = "file:" + path
      temporaryPath = nil
    } else {
      let name = URL(fileURLWithPath: path).lastPathComponent
      let hidden = ".\(String(name.suffix(120))).partial-\(ProcessInfo.processInfo.processIdentifier)"
      let folder = (path as NSString).deletingLastPathComponent
      let temporary = folder.isEmpty ? hidden : (folder as NSString).appendingPathComponent(hidden)
      temporaryPath = temporary
      url = "file:" + temporary
    }
  }

  /// Gives the finished file its name.
  func publish() throws(VideoError) {
    guard let temporaryPath else { return }
    guard rename(temporaryPath, path) == 0 else {
      let code = AVErrorCode(errno: errno)
      discard()
      throw VideoError(operation: "write", input: path, code: code, kind: .outputFailed)
    }
  }

  /// Removes the temporary file.
  func discard() {
    if let temporaryPath { unlink(temporaryPath) }
  }

  /// Whether the output can be gone back in, as MP4's index at the beginning needs.
  var isSeekable: Bool { temporaryPath != nil }

  private static func isRegular(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: (path as NSString).resolvingSymlinksInPath)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }
}
