import Foundation

/// How long recorded files are kept.
public struct Retention: Hashable, Sendable {
  /// A recorded file.
  public struct File: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its size in bytes.
    public let bytes: Int64
    /// When it was written to last.
    public let date: Date

    /// A file.
    public init(name: String, bytes: Int64, date: Date) {
      self.name = name
      self.bytes = bytes
      self.date = date
    }
  }

  /// Seconds that a file is kept after it was written to last; `nil` for ever.
  public var age: Double?
  /// Bytes that all files together may have; `nil` for any number.
  public var bytes: Int64?

  /// Limits, or none.
  public init(age: Double? = nil, bytes: Int64? = nil) {
    self.age = age
    self.bytes = bytes
  }

  /// The files to remove, oldest first. The newest file is always kept.
  public func expired(_ files: [File], at now: Date) -> [String] {
    let sorted = files.sorted { ($0.date, $0.name) < ($1.date, $1.name) }
    var total = sorted.reduce(0) { $0 + $1.bytes }
    var result: [String] = []
    for file in sorted.dropLast() {
      let isOld = age.map { now.timeIntervalSince(file.date) > $0 } ?? false
      let isTooMuch = bytes.map { total > $0 } ?? false
      guard isOld || isTooMuch else { continue }
      total -= file.bytes
      result.append(file.name)
    }
    return result
  }

  /// Removes what has expired among the files of a folder with these names.
  func apply(to folder: String, names: SegmentName, at now: Date) {
    guard age != nil || bytes != nil else { return }
    let manager = FileManager.default
    let entries = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).filter(names.matches)
    let files = entries.compactMap { name -> File? in
      let path = (folder as NSString).appendingPathComponent(name)
      guard let attributes = try? manager.attributesOfItem(atPath: path) else { return nil }
      return File(
        name: name, bytes: (attributes[.size] as? NSNumber)?.int64Value ?? 0,
        date: attributes[.modificationDate] as? Date ?? now)
    }
    for name in expired(files, at: now) {
      try? manager.removeItem(atPath: (folder as NSString).appendingPathComponent(name))
    }
  }
}
