import Foundation

/// How long recorded files are kept.
package struct Retention: Hashable, Sendable {
  /// A recorded file.
  package struct File: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its size in bytes.
    package let bytes: Int64
    /// When it was written to last.
    package let date: Date

    /// A file.
    package init(name: String, bytes: Int64, date: Date) {
      self.name = name
      self.bytes = bytes
      self.date = date
    }
  }

  /// What becomes of files.
  struct Decision: Hashable {
    /// Names of those to remove, oldest first.
    var removed: [String] = []
    /// How many of them are too old; the others are too many.
    var tooOld = 0
    /// Files that are too old and stay for now, because they are many.
    var postponed = 0
    /// Names of those that were written to at a time that is still to come.
    var fromFuture: [String] = []
  }

  /// Of the files that are too old, so many go at once; more may be the fault of a clock that was set.
  private static func most(of count: Int) -> Int { max(2, count / 10) }
  /// Clocks of file servers may be ahead by so many seconds.
  private static let tolerance = 60.0

  /// Seconds that a file is kept after it was written to last; `nil` for ever.
  package var age: Double?
  /// Bytes that all files together may have; `nil` for any number.
  package var bytes: Int64?

  /// Limits, or none.
  package init(age: Double? = nil, bytes: Int64? = nil) {
    self.age = age
    self.bytes = bytes
  }

  /// The files to remove, oldest first. The newest file is always kept, and most of those that are too old when they
  /// are many.
  package func expired(_ files: [File], at now: Date) -> [String] { decision(files, at: now).removed }

  /// What becomes of files. When one from the future was written nobody knows: it counts as written to now, and not as
  /// the newest.
  func decision(_ files: [File], at now: Date) -> Decision {
    var decision = Decision()
    let isFromFuture = { (file: File) in file.date.timeIntervalSince(now) > Self.tolerance }
    decision.fromFuture = files.filter(isFromFuture).map(\.name)
    let sorted = files.sorted { (min($0.date, now), $0.name) < (min($1.date, now), $1.name) }
    let newest = sorted.last { !isFromFuture($0) } ?? sorted.last
    var total = sorted.reduce(0) { $0 + $1.bytes }
    for file in sorted where file != newest {
      if let bytes, total > bytes {
        // However old it is.
      } else if let age, now.timeIntervalSince(file.date) > age {
        guard decision.tooOld < Self.most(of: files.count) else {
          decision.postponed += 1
          continue
        }
        decision.tooOld += 1
      } else {
        continue
      }
      total -= file.bytes
      decision.removed.append(file.name)
    }
    return decision
  }

  /// Removes what has expired among the files of a folder with these names; what is to be told, if that is unusual.
  package func apply(to folder: String, names: SegmentName, at now: Date) -> String? {
    guard age != nil || bytes != nil else { return nil }
    let manager = FileManager.default
    let entries = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).filter(names.matches)
    let files = entries.compactMap { name -> File? in
      let path = (folder as NSString).appendingPathComponent(name)
      guard let attributes = try? manager.attributesOfItem(atPath: path) else { return nil }
      return File(
        name: name, bytes: (attributes[.size] as? NSNumber)?.int64Value ?? 0,
        date: attributes[.modificationDate] as? Date ?? now)
    }
    let decision = decision(files, at: now)
    for name in decision.fromFuture {
      // From now on it ages.
      let path = (folder as NSString).appendingPathComponent(name)
      try? manager.setAttributes([.modificationDate: now], ofItemAtPath: path)
    }
    for name in decision.removed {
      try? manager.removeItem(atPath: (folder as NSString).appendingPathComponent(name))
    }
    return warning(decision, of: files.count, in: folder)
  }

  private func warning(_ decision: Decision, of count: Int, in folder: String) -> String? {
    if decision.postponed > 0 {
      let old = decision.tooOld + decision.postponed
      return
        "\(folder): \(old) of \(count) files are older than they may be; the oldest \(decision.removed.count) go now, "
        + "and more with each new file. If the clock is wrong, set it right"
    }
    guard decision.removed.count > Self.most(of: count) else { return nil }
    return
      "\(folder): \(decision.removed.count) of \(count) files are removed, because together they have more bytes than "
      + "they may"
  }
}

/// A length of time as people write it: `45`, `45s`, `10m`, `1.5h`, `7d`.
package struct TimeSpan: Hashable, Sendable {
  private static let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]

  /// In seconds.
  package let seconds: Double

  /// A length of time in seconds.
  package init(seconds: Double) { self.seconds = seconds }

  /// Reads a number with or without a unit; `nil` if it is none, or not above 0.
  package init?(_ text: String) {
    let unit = text.last.flatMap { Self.units[$0] }
    guard let value = Double(unit == nil ? text[...] : text.dropLast()), value > 0, value.isFinite else { return nil }
    seconds = value * (unit ?? 1)
  }
}

/// An amount of data as people write it: `1000`, `500MB`, `20GB`, `1TB`; units are powers of 1000.
package struct ByteCount: Hashable, Sendable {
  private static let units: [(name: String, bytes: Double)] = [
    ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("KB", 1e3),
  ]

  /// In bytes.
  package let bytes: Int64

  /// Reads a number with or without a unit; `nil` if it is none, or not above 0.
  package init?(_ text: String) {
    let unit = Self.units.first { text.hasSuffix($0.name) }
    let number = text.dropLast(unit?.name.count ?? 0).trimmingPrefix(" ")
    guard let value = Double(number.filter { $0 != " " }), value > 0 else { return nil }
    let total = value * (unit?.bytes ?? 1)
    guard total < 9e18 else { return nil }
    bytes = Int64(total)
  }
}
