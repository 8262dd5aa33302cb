import Foundation

/// A safetensors file in memory: named tensors and a table of texts.
///
/// The format: eight bytes of header length, a JSON header with each tensor's type, shape and place, then the data.
/// Every place is checked on opening, so that a damaged or hostile file ends in an error.
package struct Safetensors: Sendable {
  /// Where a tensor lies and what it is.
  package struct Entry: Sendable, Equatable {
    /// The format of its numbers.
    package let type: ElementType
    /// Length of each dimension, outermost first.
    package let shape: [Int]
    /// Its bytes in the file.
    let range: Range<Int>
  }

  /// The texts of the header's `__metadata__`.
  package let metadata: [String: String]
  /// The tensors by name.
  package let entries: [String: Entry]
  private let bytes: [UInt8]

  /// Opens the bytes of a file.
  package init(_ bytes: [UInt8]) throws(SafetensorsError) {
    let header = try Header(bytes)
    metadata = header.metadata
    entries = header.entries
    self.bytes = bytes
  }

  /// Opens the file at `path`.
  ///
  /// - Throws: `ModelError` where the file cannot be read or breaks the format's rules.
  package init(contentsOf path: String) throws(ModelError) {
    let bytes = try ModelError.reading(path)
    do {
      try self.init(bytes)
    } catch {
      throw .invalid(path: path, reason: error.description)
    }
  }

  /// A tensor's numbers as single-precision floats.
  package func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    let entry = try entry(name)
    let values = bytes.withUnsafeBytes { entry.type.floats(UnsafeRawBufferPointer(rebasing: $0[entry.range])) }
    return Tensor(shape: entry.shape, values: values)
  }

  /// A tensor's bytes as they are stored.
  package func bytes(_ name: String) throws(SafetensorsError) -> ArraySlice<UInt8> {
    bytes[try entry(name).range]
  }

  private func entry(_ name: String) throws(SafetensorsError) -> Entry {
    guard let entry = entries[name] else { throw .missing(name) }
    return entry
  }
}

extension Safetensors {
  /// The header, checked against the length of the file.
  struct Header {
    /// Longest header that is read; the largest official network's has 30 kB.
    static let longest = 16 << 20

    let metadata: [String: String]
    let entries: [String: Entry]

    init(_ bytes: [UInt8]) throws(SafetensorsError) {
      guard bytes.count >= 8 else { throw .truncated }
      let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
      guard length <= UInt64(Self.longest) else { throw .malformed("its header length is \(length) bytes") }
      let start = 8 + Int(length)
      guard start <= bytes.count else { throw .truncated }
      guard length >= 2, bytes[8] == UInt8(ascii: "{") else { throw .malformed("it has no JSON header") }

      let table: Table
      do {
        table = try JSONDecoder().decode(Table.self, from: Data(bytes[8..<start]))
      } catch {
        throw .malformed("its JSON header cannot be read")
      }
      metadata = table.metadata
      entries = try Self.placed(table.tensors, from: start, count: bytes.count - start)
    }

    /// Checks types, sizes and that the tensors fill the data without a gap or an overlap.
    private static func placed(
      _ tensors: [String: TensorRecord], from start: Int, count: Int
    ) throws(SafetensorsError) -> [String: Entry] {
      var entries: [String: Entry] = [:]
      var end = 0
      let inOrder = tensors.sorted { one, other in
        one.value.data_offsets.lexicographicallyPrecedes(other.value.data_offsets)
      }
      for (name, tensor) in inOrder {
        guard let type = ElementType(rawValue: tensor.dtype) else {
          throw .malformed("the tensor \(name) has the unknown type \(tensor.dtype)")
        }
        let offsets = tensor.data_offsets
        guard offsets.count == 2, offsets[0] == end, offsets[1] >= end, offsets[1] <= count else {
          if offsets.count == 2, offsets[0] == end, offsets[1] > count { throw .truncated }
          throw .malformed("the tensor \(name) is not where it should be")
        }
        end = offsets[1]
        guard size(of: type, tensor.shape) == end - offsets[0] else {
          throw .malformed("the tensor \(name) does not have the size of its shape")
        }
        entries[name] = Entry(type: type, shape: tensor.shape, range: start + offsets[0]..<start + end)
      }
      guard end == count else { throw .malformed("\(count - end) bytes at its end belong to no tensor") }
      return entries
    }

    /// Bytes of a tensor, `nil` for an impossible shape.
    private static func size(of type: ElementType, _ shape: [Int]) -> Int? {
      guard shape.count <= 16 else { return nil }
      var size = type.size
      for length in shape {
        guard length >= 0 else { return nil }
        let (product, overflow) = size.multipliedReportingOverflow(by: length)
        guard !overflow else { return nil }
        size = product
      }
      return size
    }
  }

  /// A tensor's record in the header, as the format names its fields.
  struct TensorRecord: Codable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  /// The header as JSON: one record a tensor and, under a name of its own, the texts.
  struct Table: Codable {
    private struct Name: CodingKey {
      static let metadata = Name(stringValue: "__metadata__")
      let stringValue: String
      var intValue: Int? { nil }

      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var metadata: [String: String]
    var tensors: [String: TensorRecord]

    init(metadata: [String: String], tensors: [String: TensorRecord]) {
      self.metadata = metadata
      self.tensors = tensors
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
      tensors = [:]
      for name in container.allKeys where name.stringValue != Name.metadata.stringValue {
        tensors[name.stringValue] = try container.decode(TensorRecord.self, forKey: name)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Name.self)
      if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
      for (name, tensor) in tensors { try container.encode(tensor, forKey: Name(stringValue: name)) }
    }
  }
}

/// Why bytes are not a safetensors file, or lack a tensor.
package enum SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// Shorter than its own header says.
  case truncated
  /// The header breaks the format's rules.
  case malformed(String)
  /// There is no tensor of that name.
  case missing(String)

  /// One line for the user.
  package var description: String {
    switch self {
    case .truncated: "the safetensors file is cut off"
    case .malformed(let reason): "not a safetensors file: \(reason)"
    case .missing(let name): "the tensor \(name) is missing"
    }
  }
}
