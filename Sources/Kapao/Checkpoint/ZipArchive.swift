/// A ZIP archive in memory, as far as PyTorch uses the format: entries stored without compression, ZIP64 where needed.
///
/// Every place and length is checked against the file before it is used, and an entry's checksum when it is read.
package struct ZipArchive: Sendable {
  /// What the directory says of an entry.
  struct Entry: Sendable {
    let header: UInt64
    let size: UInt64
    let storedSize: UInt64
    let method: UInt16
    let flags: UInt16
    let checksum: UInt32
  }

  let bytes: [UInt8]
  private let entries: [String: Entry]

  /// Whether bytes begin as an archive does.
  package static func canBe(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) }

  /// Opens an archive by its directory.
  package init(_ bytes: [UInt8]) throws(ZipError) {
    self.bytes = bytes
    entries = try Self.directory(of: bytes)
  }

  /// The names of all entries.
  package var names: some Collection<String> { entries.keys }

  /// Where an entry's content lies among `bytes`; its checksum has been found right.
  package func range(of name: String) throws(ZipError) -> Range<Int> {
    guard let entry = entries[name] else { throw .missing(name) }
    guard entry.flags & 0x2041 == 0 else { throw .unsupported("the encrypted entry \(name)") }
    guard entry.method == 0, entry.size == entry.storedSize else { throw .unsupported("the compressed entry \(name)") }
    let damaged = ZipError.damaged("the entry \(name) lies outside the file")
    guard entry.header <= UInt64(bytes.count) else { throw damaged }
    var reader = ByteReader(bytes, in: Int(entry.header)..<bytes.count)
    guard reader.next(UInt32.self) == 0x0403_4b50, reader.next(count: 22) != nil,
      let nameLength = reader.next(UInt16.self), let extraLength = reader.next(UInt16.self),
      reader.next(count: nameLength) != nil, reader.next(count: extraLength) != nil
    else { throw damaged }
    let start = reader.offset
    guard reader.next(count: entry.size) != nil else { throw damaged }
    let range = start..<reader.offset
    guard CRC32.checksum(of: bytes, in: range) == entry.checksum else {
      throw .damaged("the checksum of the entry \(name) is wrong")
    }
    return range
  }
}

extension ZipArchive {
  /// The central directory: found from the end of the file, its entries by name.
  static func directory(of bytes: [UInt8]) throws(ZipError) -> [String: Entry] {
    let place = try directoryPlace(in: bytes)
    guard place.start <= UInt64(bytes.count), place.size <= UInt64(bytes.count) - place.start else {
      throw .damaged("its directory lies outside the file")
    }
    var reader = ByteReader(bytes, in: Int(place.start)..<Int(place.start + place.size))
    var entries: [String: Entry] = [:]
    while reader.remaining > 0 {
      guard let (name, entry) = entry(from: &reader) else { throw .damaged("its directory cannot be read") }
      guard entries.updateValue(entry, forKey: name) == nil else { throw .damaged("it has two entries \(name)") }
    }
    guard UInt64(entries.count) == place.count else { throw .damaged("its directory is not complete") }
    return entries
  }

  private static func entry(from reader: inout ByteReader) -> (String, Entry)? {
    guard reader.next(UInt32.self) == 0x0201_4b50, reader.next(UInt32.self) != nil,
      let flags = reader.next(UInt16.self), let method = reader.next(UInt16.self), reader.next(UInt32.self) != nil,
      let checksum = reader.next(UInt32.self), let storedSize = reader.next(UInt32.self),
      let size = reader.next(UInt32.self), let nameLength = reader.next(UInt16.self),
      let extraLength = reader.next(UInt16.self), let commentLength = reader.next(UInt16.self),
      reader.next(count: 8) != nil, let header = reader.next(UInt32.self),
      let name = reader.next(count: nameLength), let extra = reader.next(count: extraLength),
      reader.next(count: commentLength) != nil
    else { return nil }
    // Numbers that do not fit into 32 bits are in the ZIP64 field, in this order, and only these.
    guard let wide = wideNumbers([size, storedSize, header], from: Array(extra)) else { return nil }
    let entry = Entry(
      header: wide[2], size: wide[0], storedSize: wide[1], method: method, flags: flags, checksum: checksum)
    return (String(decoding: name, as: UTF8.self), entry)
  }

  private static func wideNumbers(_ numbers: [UInt32], from extra: [UInt8]) -> [UInt64]? {
    guard numbers.contains(.max) else { return numbers.map(UInt64.init) }
    var fields = ByteReader(extra, in: 0..<extra.count)
    while let kind = fields.next(UInt16.self), let length = fields.next(UInt16.self) {
      guard let content = fields.next(count: length) else { return nil }
      guard kind == 1 else { continue }
      var field = ByteReader(Array(content), in: 0..<content.count)
      var wide: [UInt64] = []
      for number in numbers {
        guard let value = number == .max ? field.next(UInt64.self) : UInt64(number) else { return nil }
        wide.append(value)
      }
      return wide
    }
    return nil
  }

  private static func directoryPlace(
    in bytes: [UInt8]
  ) throws(ZipError) -> (start: UInt64, size: UInt64, count: UInt64) {
    let end = try endRecord(of: bytes)
    var reader = ByteReader(bytes, in: end + 4..<bytes.count)
    guard let disk = reader.next(UInt16.self), let firstDisk = reader.next(UInt16.self),
      reader.next(UInt16.self) != nil, let count = reader.next(UInt16.self), let size = reader.next(UInt32.self),
      let start = reader.next(UInt32.self)
    else { throw .noDirectory }
    if let wide = try widePlace(in: bytes, before: end) { return wide }
    guard disk == 0, firstDisk == 0 else { throw .unsupported("several volumes") }
    return (UInt64(start), UInt64(size), UInt64(count))
  }

  /// The last end-of-archive record; only a comment may follow it.
  private static func endRecord(of bytes: [UInt8]) throws(ZipError) -> Int {
    let length = 22
    guard bytes.count >= length else { throw .noDirectory }
    let last = bytes.count - length
    for start in stride(from: last, through: max(0, last - Int(UInt16.max)), by: -1)
    where bytes[start] == 0x50 && bytes[start + 1] == 0x4b && bytes[start + 2] == 5 && bytes[start + 3] == 6 {
      return start
    }
    throw .noDirectory
  }

  /// The directory's place from the ZIP64 records that may stand before the end-of-archive record.
  private static func widePlace(
    in bytes: [UInt8], before end: Int
  ) throws(ZipError) -> (start: UInt64, size: UInt64, count: UInt64)? {
    guard end >= 20 else { return nil }
    var locator = ByteReader(bytes, in: end - 20..<end)
    guard locator.next(UInt32.self) == 0x0706_4b50 else { return nil }
    let damaged = ZipError.damaged("its ZIP64 record lies outside the file")
    guard locator.next(UInt32.self) == 0, let start = locator.next(UInt64.self), start <= UInt64(end) else {
      throw damaged
    }
    var reader = ByteReader(bytes, in: Int(start)..<end)
    guard reader.next(UInt32.self) == 0x0606_4b50, reader.next(count: 28) != nil,
      let count = reader.next(UInt64.self), let size = reader.next(UInt64.self), let place = reader.next(UInt64.self)
    else { throw damaged }
    return (place, size, count)
  }
}

/// Why bytes are not an archive that can be read.
package enum ZipError: Error, Equatable, CustomStringConvertible {
  /// No end-of-archive record: not a ZIP file, or one that is cut off.
  case noDirectory
  /// A record lies outside the file or contradicts another.
  case damaged(String)
  /// A feature that PyTorch does not use.
  case unsupported(String)
  /// There is no entry of that name.
  case missing(String)

  package var description: String {
    switch self {
    case .noDirectory: "the archive has no directory; the file is cut off or not a ZIP archive"
    case .damaged(let what): "the archive is damaged: \(what)"
    case .unsupported(let what): "the archive has \(what), which PyTorch never writes"
    case .missing(let name): "the archive has no entry \(name)"
    }
  }
}

/// The checksum of ZIP archives: the reflected CRC of polynomial 0x04C11DB7.
package enum CRC32 {
  /// `tables[k][b]`: the effect of byte `b` followed by `k` zero bytes, so that eight bytes are taken at a time.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var remainder = UInt32(byte)
      for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
      tables[byte] = remainder
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xff)]
    }
    return tables
  }()

  /// The checksum of a part of an array.
  package static func checksum(of bytes: [UInt8], in range: Range<Int>) -> UInt32 {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    return bytes.withUnsafeBytes { all in
      tables.withUnsafeBufferPointer { tables in
        var remainder = UInt32.max
        var offset = range.lowerBound
        while range.upperBound - offset >= 8 {
          let word =
            UInt64(littleEndian: all.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(remainder)
          remainder = 0
          for byte in 0..<8 {
            remainder ^= tables[(7 - byte) << 8 | Int(word >> UInt64(8 * byte) & 0xff)]
          }
          offset += 8
        }
        while offset < range.upperBound {
          remainder = remainder >> 8 ^ tables[Int((remainder ^ UInt32(all[offset])) & 0xff)]
          offset += 1
        }
        return ~remainder
      }
    }
  }
}
