import Foundation
import Logging

/// A row of files, each for a stretch of time, in a folder; old ones are removed.
///
/// A new file begins after the stretch. What is in a file can be read while it grows, and after a crash.
package final class SegmentedSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let folder: String
  private let names: SegmentName
  private let seconds: Double
  private let retention: Retention
  private let log: Logger?
  private let make: @Sendable (String) throws -> any LiveSink
  private var sink: (any LiveSink)?
  /// The file before, and the time at which the present one begins: audio from before that time may come with the next frame.
  private var previous: (sink: any LiveSink, end: Double)?
  private var path = ""
  private var began = Date.distantPast

  /// - Parameters:
  ///   - folder: Made if it is not there.
  ///   - seconds: The stretch of time.
  ///   - make: Opens a file.
  package init(
    folder: String, names: SegmentName, seconds: Double, retention: Retention, log: Logger? = nil,
    make: @escaping @Sendable (String) throws -> any LiveSink
  ) {
    self.folder = folder
    self.names = names
    self.seconds = seconds
    self.retention = retention
    self.log = log
    self.make = make
  }

  /// Writes a frame, to a new file where the stretch of time is over.
  package func write(_ frame: LiveFrame) throws {
    if let previous { try previous.sink.writeAudio(of: frame, before: previous.end) }
    try finishPrevious()
    // A clock that was set back begins a new file, too.
    if sink == nil || !(0..<seconds).contains(frame.date.timeIntervalSince(began)) {
      try sink?.writeAudio(of: frame, before: frame.frame.time)
      if let sink { previous = (sink, frame.frame.time) }
      sink = nil
      if frame.audio.streams.isEmpty { try finishPrevious() }
      try begin(at: frame.date)
    }
    try sink?.write(frame)
  }

  /// Completes the present file.
  package func finish() throws {
    try finishPrevious()
    defer { sink = nil }
    try sink?.finish()
  }

  private func finishPrevious() throws {
    defer { previous = nil }
    try previous?.sink.finish()
  }

  /// Closes the present file after an error. One in which there is nothing is removed, so that a full disk does not fill
  /// with names.
  package func abandon() {
    previous?.sink.abandon()
    previous = nil
    sink?.abandon()
    sink = nil
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
    if size?.int64Value == 0 { unlink(path) }
  }

  /// The system's words, of all that Foundation has to say.
  private static func reason(_ error: any Error) -> String {
    let cause = (error as? CocoaError)?.underlying as? POSIXError
    return cause.map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
  }

  private func begin(at date: Date) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PipelineError.folder(folder, reason: Self.reason(error))
    }
    if let warning = retention.apply(to: folder, names: names, at: date) { log?.warning("\(warning)") }
    path = names.freePath(in: folder, at: date)
    sink = try make(path)
    began = date
  }
}

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

/// The names of a stream's files that begin anew from time to time: `court1-20250131T120000Z.mkv`.
package struct SegmentName: Hashable, Sendable {
  private let stream: String
  private let ending: String

  /// - Parameters:
  ///   - stream: The stream's name.
  ///   - ending: The extension without a dot.
  package init(stream: String, ending: String) {
    self.stream = stream
    self.ending = ending
  }

  /// The name of a file that begins at a time; a number above 1 tells apart those of the same second.
  package func name(at date: Date, number: Int = 1) -> String {
    var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
    var fields = tm()
    gmtime_r(&seconds, &fields)
    let stamp = String(
      format: "%04d%02d%02dT%02d%02d%02dZ", fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday, fields.tm_hour,
      fields.tm_min, fields.tm_sec)
    return "\(stream)-\(stamp)\(number > 1 ? "-\(number)" : "").\(ending)"
  }

  /// Whether a file's name is one of these.
  package func matches(_ name: String) -> Bool {
    guard name.hasPrefix("\(stream)-"), name.hasSuffix(".\(ending)") else { return false }
    let middle = name.dropFirst(stream.count + 1).dropLast(ending.count + 1)
    let parts = middle.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].count == 16 else { return false }
    let isStamp = zip(parts[0], "00000000T000000Z").allSatisfy { $1 == "0" ? $0.isASCII && $0.isNumber : $0 == $1 }
    return isStamp && (parts.count == 1 || Int(parts[1]) != nil)
  }

  /// A path in a folder that no file has yet.
  package func freePath(in folder: String, at date: Date) -> String {
    var number = 1
    while true {
      let path = (folder as NSString).appendingPathComponent(name(at: date, number: number))
      if !FileManager.default.fileExists(atPath: path) { return path }
      number += 1
    }
  }
}
