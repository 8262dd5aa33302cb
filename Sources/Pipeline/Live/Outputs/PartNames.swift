import Foundation

/// The names under which an output is opened again and again: a file that was begun is never written over, the next one
/// gets a number. Servers and playlists keep their name.
final class PartNames: @unchecked Sendable {
  // @unchecked: the flag is only touched under the lock.

  private let path: String
  private let lock = NSLock()
  private var writesOver: Bool

  /// - Parameter writesOver: Whether a file of that name from before is written over.
  init(_ path: String, writesOver: Bool = true) {
    self.path = path
    self.writesOver = writesOver
  }

  /// The name for the next opening.
  func next() -> String {
    let writesOver = lock.withLock {
      defer { self.writesOver = false }
      return self.writesOver
    }
    guard !writesOver, !path.contains("://"), path != "-", !path.lowercased().hasSuffix(".m3u8"), Self.isTaken(path)
    else {
      return path
    }
    let stem = (path as NSString).deletingPathExtension
    let ending = path.dropFirst(stem.count)
    var number = 2
    while Self.isTaken("\(stem)-\(number)\(ending)") { number += 1 }
    return "\(stem)-\(number)\(ending)"
  }

  /// Whether there is a file with content.
  private static func isTaken(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber).map { $0.int64Value > 0 } ?? false
  }
}
