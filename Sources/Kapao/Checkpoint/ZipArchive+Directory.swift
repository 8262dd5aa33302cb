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
