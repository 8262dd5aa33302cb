import Foundation

/// The playlist that an earlier opening of an HLS output has left. Players may be in the midst of it, so the next opening
/// goes on in it: numbers of segments never go back, and no segment is written over.
struct EarlierPlaylist {
  /// Seconds after which nobody is in the midst of it: its segments are not shown again.
  private static let lifetime = 60.0

  private let folder: URL
  private let stem: String
  private let first: Int
  private let count: Int
  private let age: TimeInterval

  /// `nil` where there is none, or one that lists other files than this output's own, which are not to be removed.
  init?(_ path: String) {
    let url = URL(fileURLWithPath: path)
    guard let text = try? String(contentsOf: url, encoding: .utf8), text.hasPrefix("#EXTM3U") else { return nil }
    let lines = text.split(whereSeparator: \.isNewline)
    let tag = "#EXT-X-MEDIA-SEQUENCE:"
    guard let line = lines.first(where: { $0.hasPrefix(tag) }), let first = Int32(line.dropFirst(tag.count)), first >= 0
    else { return nil }
    folder = url.deletingLastPathComponent()
    stem = url.deletingPathExtension().lastPathComponent
    self.first = Int(first)
    let segments = lines.filter { !$0.hasPrefix("#") }
    count = segments.count
    for (number, segment) in segments.enumerated() where segment != "\(stem)\(self.first + number).ts" { return nil }
    let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    age = Date().timeIntervalSince(date ?? .distantPast)
  }

  /// Adds what makes libavformat's writer of playlists go on, and removes the segments that it will not know of.
  func proceed(_ options: inout [String: String]) {
    // It keeps one segment that is no longer listed, for players that are late.
    var removed = [first - 1]
    if (0..<Self.lifetime).contains(age) {
      options["hls_flags", default: ""] += "+append_list"
    } else {
      options["hls_flags", default: ""] += "+discont_start"
      options["start_number"] = "\(first + count)"
      removed += first..<first + count
    }
    for number in removed {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent("\(stem)\(number).ts"))
    }
  }

  /// Says that nothing follows.
  static func end(_ path: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seekToEnd()
    try file.write(contentsOf: Data("#EXT-X-ENDLIST\n".utf8))
  }
}
