import Foundation
import Support

/// Collects named tensors and writes them as a safetensors file.
package struct SafetensorsWriter: Sendable {
  private var table: Safetensors.Table
  private var data: [UInt8] = []
  /// What rounding to half precision did to the tensors added so far.
  package private(set) var rounding = HalfRounding()

  /// An empty file with the texts of its header.
  package init(metadata: [String: String] = [:]) {
    table = Safetensors.Table(metadata: metadata, tensors: [:])
  }

  /// Adds a tensor in single precision.
  package mutating func add(_ name: String, _ tensor: Tensor) {
    append(name, .float32, tensor.shape) { data in
      tensor.values.withUnsafeBytes { data.append(contentsOf: $0) }
    }
  }

  /// Adds a tensor in half precision, rounded to nearest; numbers beyond its range become its largest.
  package mutating func addHalf(_ name: String, _ tensor: Tensor) {
    let halves = rounding.rounded(tensor.values)
    append(name, .float16, tensor.shape) { data in
      halves.withUnsafeBytes { data.append(contentsOf: $0) }
    }
  }

  /// Adds a tensor of bytes, for example an image of `shape` height, width, channels.
  package mutating func add(_ name: String, bytes: [UInt8], shape: [Int]) {
    precondition(shape.reduce(1, *) == bytes.count, "a tensor of shape \(shape) does not hold \(bytes.count) bytes")
    append(name, .uint8, shape) { $0.append(contentsOf: bytes) }
  }

  private mutating func append(_ name: String, _ type: ElementType, _ shape: [Int], _ write: (inout [UInt8]) -> Void) {
    let start = data.count
    write(&data)
    table.tensors[name] = Safetensors.TensorRecord(
      dtype: type.rawValue, shape: shape, data_offsets: [start, data.count])
  }

  /// The file's bytes; the data begins at a multiple of eight.
  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = [UInt8](try encoder.encode(table))
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { [UInt8]($0) }
    return length + header + data
  }

  /// Writes the file under a temporary name beside `path` and renames it when it is complete.
  ///
  /// - Throws: `OutputError`.
  package func write(to path: String) throws {
    try AtomicFile.write(encoded(), to: path)
  }
}

/// Rounds to half precision and remembers what that did to the numbers.
package struct HalfRounding: Equatable, Sendable {
  /// Numbers beyond the range of half precision, which became its largest number.
  package private(set) var clamped = 0
  /// The largest difference between a number and its rounded one, clamped ones left out.
  package private(set) var largestError: Float = 0

  /// Nothing rounded yet.
  package init() {}

  /// Whether every number came through unchanged.
  package var isLossless: Bool { clamped == 0 && largestError == 0 }

  mutating func rounded(_ values: [Float]) -> [Float16] {
    values.map { value in
      let half = Float16(value)
      if half.isInfinite, value.isFinite {
        clamped += 1
        return value < 0 ? -Float16.greatestFiniteMagnitude : Float16.greatestFiniteMagnitude
      }
      let error = abs(Float(half) - value)
      if error > largestError { largestError = error }
      return half
    }
  }
}
