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
