import Foundation

/// The names of a stream's files that begin anew from time to time: `court1-20250131T120000Z.mkv`.
public struct SegmentName: Hashable, Sendable {
  private let stream: String
  private let ending: String

  /// - Parameters:
  ///   - stream: The stream's name.
  ///   - ending: The extension without a dot.
  public init(stream: String, ending: String) {
    self.stream = stream
    self.ending = ending
  }

  /// The name of a file that begins at a time; a number above 1 tells apart those of the same second.
  public func name(at date: Date, number: Int = 1) -> String {
    var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
    var fields = tm()
    gmtime_r(&seconds, &fields)
    let stamp = String(
      format: "%04d%02d%02dT%02d%02d%02dZ", fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday, fields.tm_hour,
      fields.tm_min, fields.tm_sec)
    return "\(stream)-\(stamp)\(number > 1 ? "-\(number)" : "").\(ending)"
  }

  /// Whether a file's name is one of these.
  public func matches(_ name: String) -> Bool {
    guard name.hasPrefix("\(stream)-"), name.hasSuffix(".\(ending)") else { return false }
    let middle = name.dropFirst(stream.count + 1).dropLast(ending.count + 1)
    let parts = middle.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].count == 16 else { return false }
    let isStamp = zip(parts[0], "00000000T000000Z").allSatisfy { $1 == "0" ? $0.isASCII && $0.isNumber : $0 == $1 }
    return isStamp && (parts.count == 1 || Int(parts[1]) != nil)
  }

  /// A path in a folder that no file has yet.
  func freePath(in folder: String, at date: Date) -> String {
    var number = 1
    while true {
      let path = (folder as NSString).appendingPathComponent(name(at: date, number: number))
      if !FileManager.default.fileExists(atPath: path) { return path }
      number += 1
    }
  }
}
