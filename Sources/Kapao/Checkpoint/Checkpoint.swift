/// A file of PyTorch's `torch.save` (1.6 or later): an archive of one pickle, `data.pkl`, and one entry for each storage
/// of numbers, `data/<key>`, which the pickle refers to.
package struct Checkpoint: Sendable {
  /// What the pickle says.
  let pickle: Pickle
  private let archive: ZipArchive
  /// The folder that all entries are in, with its slash.
  private let folder: String

  /// Opens the bytes of a file.
  package init(_ bytes: [UInt8]) throws {
    archive = try ZipArchive(bytes)
    let pickles = archive.names.filter { $0.hasSuffix("/data.pkl") && $0.utf8.count { $0 == UInt8(ascii: "/") } == 1 }
    guard pickles.count == 1, let name = pickles.first else {
      throw CheckpointError.format(expected: "one entry data.pkl")
    }
    folder = String(name.dropLast("data.pkl".count))
    if archive.names.contains(folder + "byteorder") {
      guard bytes[try archive.range(of: folder + "byteorder")].elementsEqual("little".utf8) else {
        throw CheckpointError.format(expected: "numbers in little-endian order")
      }
    }
    pickle = try PickleReader.read(bytes, in: archive.range(of: name))
  }

  /// The shape of the tensor that a value of the pickle stands for.
  func shape(of value: PickleValue?) throws -> [Int] { try record(of: value).shape }

  /// The tensor that a value of the pickle stands for, in row-major order whatever order it is stored in.
  func tensor(_ value: PickleValue?) throws -> Tensor {
    let record = try record(of: value)
    let range = try archive.range(of: "\(folder)data/\(record.key)")
    let size = record.type.size
    let (span, isInside) = record.span(in: range.count / size)
    guard isInside else { throw CheckpointError.format(expected: "a larger storage \(record.key)") }
    let stored = archive.bytes.withUnsafeBytes { bytes in
      let start = range.lowerBound + span.lowerBound * size
      return record.type.floats(UnsafeRawBufferPointer(rebasing: bytes[start..<start + span.count * size]))
    }
    return Tensor(shape: record.shape, values: record.isRowMajor ? stored : record.gathered(stored))
  }

  /// Reads the call that rebuilds a tensor, in a parameter or by itself.
  private func record(of value: PickleValue?) throws -> TensorRecord {
    var value = value
    if let call = pickle.call(value), call.name == "_rebuild_parameter" { value = call.arguments.first }
    guard let call = pickle.call(value), call.module == "torch._utils", call.name == "_rebuild_tensor_v2",
      call.arguments.count >= 4,
      let storage = pickle.items(pickle.external(call.arguments[0])), storage.count >= 3,
      case .global(_, let typeName) = storage[1], let key = storage[2].string,
      let offset = call.arguments[1].integer,
      let shape = pickle.items(call.arguments[2])?.compactMap(\.integer),
      let strides = pickle.items(call.arguments[3])?.compactMap(\.integer)
    else { throw CheckpointError.format(expected: "a tensor as torch.save writes it") }
    guard let type = Self.elementTypes[typeName] else {
      throw CheckpointError.format(expected: "numbers of a known type, not \(typeName)")
    }
    guard let record = TensorRecord(key: key, type: type, offset: offset, shape: shape, strides: strides) else {
      throw CheckpointError.format(expected: "a tensor of a possible shape")
    }
    return record
  }

  private static let elementTypes: [String: ElementType] = [
    "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "FloatStorage": .float32, "DoubleStorage": .float64,
    "BoolStorage": .boolean, "ByteStorage": .uint8, "CharStorage": .int8, "ShortStorage": .int16,
    "IntStorage": .int32, "LongStorage": .int64,
  ]
}
