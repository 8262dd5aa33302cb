import Kapao

/// Builds archives as PyTorch writes them, and wrong ones.
struct ZipBuilder {
  private var content: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  /// Adds a stored entry; the parameters make its directory record lie.
  mutating func add(
    _ name: String, _ bytes: [UInt8], method: UInt16 = 0, flags: UInt16 = 0, checksum: UInt32? = nil,
    size: UInt32? = nil
  ) {
    let start = UInt32(content.count)
    let size = size ?? UInt32(bytes.count)
    let checksum = checksum ?? CRC32.checksum(of: bytes, in: 0..<bytes.count)
    let common =
      Self.bytes(flags) + Self.bytes(method) + Self.bytes(UInt32(0)) + Self.bytes(checksum) + Self.bytes(size)
      + Self.bytes(size) + Self.bytes(UInt16(name.utf8.count)) + Self.bytes(UInt16(0))
    content += Self.bytes(UInt32(0x0403_4b50)) + Self.bytes(UInt16(10)) + common + Array(name.utf8) + bytes
    directory += Self.bytes(UInt32(0x0201_4b50)) + Self.bytes(UInt32(10)) + common + [UInt8](repeating: 0, count: 10)
    directory += Self.bytes(start) + Array(name.utf8)
    count += 1
  }

  /// The archive; with `wide`, its directory's place is only in the ZIP64 records.
  func archive(wide: Bool = false) -> [UInt8] {
    let start = content.count
    var bytes = content + directory
    if wide {
      let record = bytes.count
      bytes += Self.bytes(UInt32(0x0606_4b50)) + Self.bytes(UInt64(44)) + [UInt8](repeating: 0, count: 12)
      bytes += Self.bytes(UInt64(count)) + Self.bytes(UInt64(count)) + Self.bytes(UInt64(directory.count))
      bytes += Self.bytes(UInt64(start))
      bytes += Self.bytes(UInt32(0x0706_4b50)) + Self.bytes(UInt32(0)) + Self.bytes(UInt64(record))
      bytes += Self.bytes(UInt32(1))
    }
    bytes += Self.bytes(UInt32(0x0605_4b50)) + Self.bytes(UInt32(0))
    bytes += Self.bytes(wide ? UInt16.max : UInt16(count)) + Self.bytes(wide ? UInt16.max : UInt16(count))
    bytes += Self.bytes(wide ? UInt32.max : UInt32(directory.count)) + Self.bytes(wide ? UInt32.max : UInt32(start))
    return bytes + Self.bytes(UInt16(0))
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
