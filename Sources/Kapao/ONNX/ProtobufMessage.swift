/// A message of Protocol Buffers under construction: fields by their numbers, in the order in which they are added.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  private mutating func appendVariable(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  /// A number, as a variable-length integer.
  mutating func add(_ field: Int, _ value: Int) {
    appendVariable(UInt64(field) << 3)
    appendVariable(UInt64(bitPattern: Int64(value)))
  }

  /// A number in single precision.
  mutating func add(_ field: Int, _ value: Float) {
    appendVariable(UInt64(field) << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Text.
  mutating func add(_ field: Int, _ text: String) { add(field, bytes: Array(text.utf8)) }

  /// A message within this one.
  mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, bytes: message.bytes) }

  /// Bytes as they are.
  mutating func add(_ field: Int, bytes content: [UInt8]) {
    appendVariable(UInt64(field) << 3 | 2)
    appendVariable(UInt64(content.count))
    bytes.append(contentsOf: content)
  }
}
