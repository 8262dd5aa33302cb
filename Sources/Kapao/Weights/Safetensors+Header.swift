import Foundation

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
