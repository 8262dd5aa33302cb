/// Reads little-endian numbers and runs of bytes from a part of an array, and never beyond it.
struct ByteReader {
  private let bytes: [UInt8]
  /// The place in the array of the next byte.
  private(set) var offset: Int
  private let end: Int

  init(_ bytes: [UInt8], in range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - offset }

  /// The next number, `nil` where the bytes end.
  mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type = Number.self) -> Number? {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { return nil }
    let number = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    offset += size
    return Number(littleEndian: number)
  }

  /// The next `count` bytes, `nil` where there are not as many.
  mutating func next(count: some BinaryInteger) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= remaining else { return nil }
    let start = offset
    offset += Int(count)
    return bytes[start..<offset]
  }

  /// The bytes before the next line feed, which is passed over as well.
  mutating func nextLine() -> ArraySlice<UInt8>? {
    guard let feed = bytes[offset..<end].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { offset = feed + 1 }
    return bytes[offset..<feed]
  }
}
