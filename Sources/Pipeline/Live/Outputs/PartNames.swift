import Foundation

/// The names under which an output is opened again and again: a file that was begun is never written over, the next one
/// gets a number. Servers and playlists keep their name.
final class PartNames: @unchecked Sendable {
  // @unchecked: the flag is only touched under the lock.

  private let path: String
  private let lock = NSLock()
  private var isFirst = true

  init(_ path: String) { self.path = path }

  /// The name for the next opening.
  func next() -> String {
    let isFirst = lock.withLock {
      defer { self.isFirst = false }
      return self.isFirst
    }
    guard !isFirst, !path.contains("://"), path != "-", !path.lowercased().hasSuffix(".m3u8"), Self.isTaken(path) else {
      return path
    }
    let url = URL(fileURLWithPath: path)
    let stem = (path as NSString).deletingPathExtension
    var number = 2
    while Self.isTaken("\(stem)-\(number).\(url.pathExtension)") { number += 1 }
    return "\(stem)-\(number).\(url.pathExtension)"
  }

  /// Whether there is a file with content.
  private static func isTaken(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber).map { $0.int64Value > 0 } ?? false
  }
}
