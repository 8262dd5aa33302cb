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
