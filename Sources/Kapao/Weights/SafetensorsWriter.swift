import Foundation

/// Collects named tensors and writes them as a safetensors file.
public struct SafetensorsWriter: Sendable {
  private var table: Safetensors.Table
  private var data: [UInt8] = []
  /// What rounding to half precision did to the tensors added so far.
  public private(set) var rounding = HalfRounding()

  /// An empty file with the texts of its header.
  public init(metadata: [String: String] = [:]) {
    table = Safetensors.Table(metadata: metadata, tensors: [:])
  }

  /// Adds a tensor in single precision.
  public mutating func add(_ name: String, _ tensor: Tensor) {
    append(name, .float32, tensor.shape) { data in
      tensor.values.withUnsafeBytes { data.append(contentsOf: $0) }
    }
  }

  /// Adds a tensor in half precision, rounded to nearest; numbers beyond its range become its largest.
  public mutating func addHalf(_ name: String, _ tensor: Tensor) {
    let halves = rounding.rounded(tensor.values)
    append(name, .float16, tensor.shape) { data in
      halves.withUnsafeBytes { data.append(contentsOf: $0) }
    }
  }

  /// Adds a tensor of bytes, for example an image of `shape` height, width, channels.
  public mutating func add(_ name: String, bytes: [UInt8], shape: [Int]) {
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
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = [UInt8](try encoder.encode(table))
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { [UInt8]($0) }
    return length + header + data
  }

  /// Writes the file under a temporary name beside `path` and renames it when it is complete.
  ///
  /// - Throws: `ModelError.unwritable`.
  public func write(to path: String) throws {
    try FileBytes.write(encoded(), to: path)
  }
}
