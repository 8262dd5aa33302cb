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

/// Why a checkpoint is not one of a KAPAO network.
package enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The file is not laid out as PyTorch's `torch.save` does.
  case format(expected: String)
  /// A part of the network is not as in the official code.
  case network(String, expected: String, found: String)

  /// It is something else altogether.
  case other(String)

  package var description: String {
    switch self {
    case .other(let kind):
      "it is \(kind); expected is an official KAPAO checkpoint (.pt) or a model of this program (.safetensors)"
    case .format(let expected): "not a PyTorch checkpoint: expected \(expected)"
    case .network(let part, let expected, let found):
      "not a KAPAO network: \(part) should be \(expected), not \(found)"
    }
  }
}

/// A `torch.nn.Module` of a checkpoint: an object with attributes, parameters, buffers and modules inside.
struct CheckpointModule {
  private let checkpoint: Checkpoint
  private let object: PickleValue
  /// Where it is in the network, for example `model.0.conv`; empty for the network itself.
  let path: String

  /// The module that `object` is, `nil` where it is none.
  init?(_ object: PickleValue?, path: String, in checkpoint: Checkpoint) {
    guard let object, checkpoint.pickle.call(object) != nil,
      checkpoint.pickle.entries(checkpoint.pickle.attribute(object, "_modules")) != nil
    else { return nil }
    self.checkpoint = checkpoint
    self.object = object
    self.path = path
  }

  /// The class's name without its module.
  var className: String { checkpoint.pickle.call(object)?.name ?? "" }

  /// The names of the modules inside, in order.
  var children: [String] {
    checkpoint.pickle.entries(checkpoint.pickle.attribute(object, "_modules"))?.map(\.key) ?? []
  }

  /// The module of that name, whose class has to be `className` where that is given.
  func child(_ name: String, _ className: String? = nil) throws -> CheckpointModule {
    let path = path.isEmpty ? name : "\(path).\(name)"
    let value = checkpoint.pickle.value(checkpoint.pickle.attribute(object, "_modules"), name)
    guard let child = CheckpointModule(value, path: path, in: checkpoint) else {
      throw CheckpointError.network(path, expected: className ?? "a module", found: "missing")
    }
    if let className { try child.expect("", className, found: child.className) }
    return child
  }

  /// Whether a module of that name is inside.
  func hasChild(_ name: String) -> Bool {
    checkpoint.pickle.value(attribute("_modules"), name) != nil
  }

  /// The attribute of that name.
  func attribute(_ name: String) -> PickleValue? { checkpoint.pickle.attribute(object, name) }

  /// An attribute that is an integer or a list or tuple of integers.
  func integers(_ name: String) -> [Int] {
    let value = attribute(name)
    return value?.integer.map { [$0] } ?? checkpoint.pickle.items(value)?.compactMap(\.integer) ?? []
  }

  /// The parameter or buffer of that name; its shape is checked before any number is read.
  func tensor(_ name: String, shape: [Int]) throws -> Tensor { try tensor(stored(name), name, shape) }

  /// The attribute of that name, which is a tensor but no parameter or buffer.
  func tensorAttribute(_ name: String, shape: [Int]) throws -> Tensor { try tensor(attribute(name), name, shape) }

  private func tensor(_ value: PickleValue?, _ name: String, _ shape: [Int]) throws -> Tensor {
    guard let value, value != .none else {
      throw CheckpointError.network("\(path).\(name)", expected: "a tensor", found: "missing")
    }
    try expect(name, shape, found: checkpoint.shape(of: value))
    return try checkpoint.tensor(value)
  }

  /// The shape of a parameter or buffer.
  func shape(_ name: String) throws -> [Int] { try checkpoint.shape(of: stored(name)) }

  /// Whether there is a parameter or buffer of that name; a layer without bias has the parameter `None`.
  func hasTensor(_ name: String) -> Bool { stored(name) != nil }

  private func stored(_ name: String) -> PickleValue? {
    for table in ["_parameters", "_buffers"] {
      if let value = checkpoint.pickle.value(attribute(table), name), value != .none { return value }
    }
    return nil
  }

  /// Throws an error that names the module and `part` unless `expected` was found.
  func expect<Value: Equatable>(_ part: String, _ expected: Value, found: Value) throws {
    guard expected != found else { return }
    throw CheckpointError.network(
      part.isEmpty ? path : "\(path).\(part)", expected: "\(expected)", found: "\(found)")
  }
}

/// A tensor of a checkpoint as it lies in a storage: element (i, j, …) is at `offset` + i·strides[0] + j·strides[1] + ….
package struct TensorRecord {
  /// The storage's name.
  let key: String
  let type: ElementType
  /// Place in the storage of the first element, in elements.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
  private let count: Int
  /// Place of the last element.
  private let last: Int

  /// `nil` for a shape that no tensor of a network has: negative or more elements than an address counts.
  package init?(key: String, type: ElementType, offset: Int, shape: [Int], strides: [Int]) {
    guard shape.count == strides.count, shape.count <= 8, offset >= 0 else { return nil }
    var count = 1
    var last = offset
    for (length, stride) in zip(shape, strides) {
      guard length > 0, stride >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      let (step, stepOverflow) = (length - 1).multipliedReportingOverflow(by: stride)
      let (end, endOverflow) = last.addingReportingOverflow(step)
      guard !overflow, !stepOverflow, !endOverflow else { return nil }
      count = product
      last = end
    }
    self.key = key
    self.type = type
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.count = count
    self.last = last
  }

  /// The elements from the first to the last, and whether a storage of `capacity` elements has them all. A tensor with
  /// more elements than its storage (one that repeats elements) counts as outside.
  package func span(in capacity: Int) -> (range: Range<Int>, isInside: Bool) {
    guard last < capacity, count <= last - offset + 1 else { return (0..<0, false) }
    return (offset..<last + 1, true)
  }

  /// Whether the elements lie one after another in row-major order.
  var isRowMajor: Bool {
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() where length > 1 {
      guard stride == expected else { return false }
      expected *= length
    }
    return true
  }

  /// The elements in row-major order, from those stored between the first and the last.
  func gathered(_ stored: [Float]) -> [Float] {
    var places = [0]
    for (length, stride) in zip(shape, strides) {
      places = places.flatMap { place in (0..<length).map { place + $0 * stride } }
    }
    return places.map { stored[$0] }
  }
}
