/// A dense array of numbers in row-major order, with its shape.
package struct Tensor: Sendable, Equatable {
  /// Length of each dimension, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The elements in row-major order.
  package let values: [Float]

  /// A tensor of `values`, as many as the product of `shape`.
  package init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "a tensor of shape \(shape) does not hold \(values.count) values")
    self.shape = shape
    self.values = values
  }
}

/// A number format of stored tensors, under its name in the safetensors format.
package enum ElementType: String, Sendable {
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
  package var size: Int {
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

extension Float {
  /// The value of a half-precision number.
  ///
  /// Integer operations and one multiplication, which the compiler turns into vector code on any processor;
  /// the standard library's conversion is a function call for each number where the processor's own is not assumed.
  @inline(__always)
  init(halfPattern half: UInt16) {
    let magnitude = UInt32(half & 0x7fff)
    // The exponent's bias grows from 15 to 127: times 2^112, which makes subnormal numbers right as well.
    let finite = Float(bitPattern: magnitude << 13) * Float(bitPattern: (127 + 112) << 23)
    let special = magnitude >= 0x7c00 ? UInt32(0x7f80_0000) | (magnitude << 13) : finite.bitPattern
    self = Float(bitPattern: special | UInt32(half & 0x8000) << 16)
  }
}

extension Tensor {
  /// The stem's weight (outputs, 12, 3, 3), which reads cells of 2 × 2 pixels, as that of a convolution of 6 × 6 pixels with
  /// stride 2 and padding 2 over the picture itself (outputs, 3, 6, 6), which computes the same.
  package var unfocused: Tensor {
    let outputs = shape[0]
    var result = [Float](repeating: 0, count: outputs * 3 * 36)
    for output in 0..<outputs {
      for channel in 0..<12 {
        let (row, column, colour) = (channel / 3 % 2, channel / 6, channel % 3)
        for y in 0..<3 {
          for x in 0..<3 {
            result[((output * 3 + colour) * 6 + 2 * y + row) * 6 + 2 * x + column] =
              values[(output * 12 + channel) * 9 + 3 * y + x]
          }
        }
      }
    }
    return Tensor(shape: [outputs, 3, 6, 6], values: result)
  }
}
