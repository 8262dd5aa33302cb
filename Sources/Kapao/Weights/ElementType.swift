/// A number format of stored tensors, under its name in the safetensors format.
public enum ElementType: String, Sendable {
  case boolean = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case uint32 = "U32"
  case int32 = "I32"
  case float32 = "F32"
  case uint64 = "U64"
  case int64 = "I64"
  case float64 = "F64"

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .boolean, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Elements stored little-endian in `bytes`, as single-precision floats; a rest of less than one element is left out.
  package func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    switch self {
    case .boolean, .uint8: Self.elements(bytes) { (element: UInt8) in Float(element) }
    case .int8: Self.elements(bytes) { (element: Int8) in Float(element) }
    case .uint16: Self.elements(bytes) { (element: UInt16) in Float(element) }
    case .int16: Self.elements(bytes) { (element: Int16) in Float(element) }
    case .float16: Self.elements(bytes) { (element: UInt16) in Float(halfPattern: element) }
    case .bfloat16: Self.elements(bytes) { (element: UInt16) in Float(bitPattern: UInt32(element) << 16) }
    case .uint32: Self.elements(bytes) { (element: UInt32) in Float(element) }
    case .int32: Self.elements(bytes) { (element: Int32) in Float(element) }
    case .float32: Self.elements(bytes) { (element: UInt32) in Float(bitPattern: element) }
    case .uint64: Self.elements(bytes) { (element: UInt64) in Float(element) }
    case .int64: Self.elements(bytes) { (element: Int64) in Float(element) }
    case .float64: Self.elements(bytes) { (element: UInt64) in Float(Double(bitPattern: element)) }
    }
  }

  @inline(__always)
  private static func elements<Element: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ float: (Element) -> Float
  ) -> [Float] {
    let size = MemoryLayout<Element>.size
    let count = bytes.count / size
    return [Float](unsafeUninitializedCapacity: count) { floats, initialized in
      for index in 0..<count {
        let element = bytes.loadUnaligned(fromByteOffset: index * size, as: Element.self)
        floats[index] = float(Element(littleEndian: element))
      }
      initialized = count
    }
  }
}
