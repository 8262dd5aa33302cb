/// A graph in the Open Neural Network Exchange format (onnx.proto, IR version 8, operators of version 13), under
/// construction: nodes in the order in which they are computed, and constants.
struct ONNXGraph {
  /// Length of a dimension: fixed, or named and told with each input.
  enum Dimension {
    case fixed(Int)
    case named(String)
  }

  /// An attribute of a node.
  enum Attribute {
    case int(Int)
    case float(Float)
    case text(String)
    case ints([Int])
  }

  private enum ElementCode: Int {
    case float = 1
    case int64 = 7
    case half = 10
  }

  private var graph = ProtobufMessage()
  private var count = 0
  /// Whether weights, and what is computed with them, are in half precision.
  let isHalf: Bool

  init(name: String, isHalf: Bool) {
    self.isHalf = isHalf
    graph.add(2, name)
  }

  /// Adds a node and returns the name of its output.
  mutating func add(
    _ operation: String, _ inputs: [String], _ attributes: [(String, Attribute)] = [], output: String? = nil
  ) -> String {
    count += 1
    let output = output ?? "\(operation.lowercased())_\(count)"
    var node = ProtobufMessage()
    for input in inputs { node.add(1, input) }
    node.add(2, output)
    node.add(3, "\(operation)_\(count)")
    node.add(4, operation)
    for (name, value) in attributes { node.add(5, Self.message(name, value)) }
    graph.add(1, node)
    return output
  }

  private static func message(_ name: String, _ value: Attribute) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, name)
    switch value {
    case .int(let int):
      message.add(3, int)
      message.add(20, 2)
    case .float(let float):
      message.add(2, float)
      message.add(20, 1)
    case .text(let text):
      message.add(4, text)
      message.add(20, 3)
    case .ints(let ints):
      for int in ints { message.add(8, int) }
      message.add(20, 7)
    }
    return message
  }

  /// Adds a weight, in the graph's precision, and returns its name.
  mutating func weight(_ name: String, _ tensor: Tensor) -> String {
    guard isHalf else { return constant(name, tensor) }
    var rounding = HalfRounding()
    let halves = rounding.rounded(tensor.values)
    return constant(name, .half, tensor.shape, halves.withUnsafeBytes { Array($0) })
  }

  /// Adds a constant in single precision and returns its name.
  mutating func constant(_ name: String, _ tensor: Tensor) -> String {
    constant(name, .float, tensor.shape, tensor.values.withUnsafeBytes { Array($0) })
  }

  /// Adds a list of integers and returns its name.
  mutating func constant(_ name: String, _ ints: [Int]) -> String {
    constant(name, .int64, [ints.count], ints.map(Int64.init).withUnsafeBytes { Array($0) })
  }

  /// Adds an integer without dimensions and returns its name.
  mutating func constant(_ name: String, scalar: Int) -> String {
    constant(name, .int64, [], [Int64(scalar)].withUnsafeBytes { Array($0) })
  }

  private mutating func constant(
    _ name: String, _ type: ElementCode, _ shape: [Int], _ bytes: [UInt8]
  ) -> String {
    var tensor = ProtobufMessage()
    for length in shape { tensor.add(1, length) }
    tensor.add(2, type.rawValue)
    tensor.add(8, name)
    tensor.add(9, bytes: bytes)
    graph.add(5, tensor)
    return name
  }

  /// A value in the graph's precision.
  mutating func converted(_ value: String) -> String {
    isHalf ? add("Cast", [value], [("to", .int(ElementCode.half.rawValue))]) : value
  }

  /// A value in single precision, under a name of its own if asked for.
  mutating func single(_ value: String, output: String? = nil) -> String {
    if isHalf { return add("Cast", [value], [("to", .int(ElementCode.float.rawValue))], output: output) }
    return output.map { add("Identity", [value], output: $0) } ?? value
  }

  /// Integers as numbers in single precision.
  mutating func real(_ value: String) -> String { add("Cast", [value], [("to", .int(ElementCode.float.rawValue))]) }

  /// Declares an input in single precision.
  mutating func declareInput(_ name: String, _ shape: [Dimension]) { graph.add(11, Self.value(name, shape)) }

  /// Declares an output in single precision.
  mutating func declareOutput(_ name: String, _ shape: [Dimension]) { graph.add(12, Self.value(name, shape)) }

  private static func value(_ name: String, _ dimensions: [Dimension]) -> ProtobufMessage {
    var shape = ProtobufMessage()
    for dimension in dimensions {
      var message = ProtobufMessage()
      switch dimension {
      case .fixed(let length): message.add(1, length)
      case .named(let name): message.add(2, name)
      }
      shape.add(1, message)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, ElementCode.float.rawValue)
    tensor.add(2, shape)
    var type = ProtobufMessage()
    type.add(1, tensor)
    var value = ProtobufMessage()
    value.add(1, name)
    value.add(2, type)
    return value
  }

  /// The file's bytes.
  func encoded(metadata: [(String, String)]) -> [UInt8] {
    var operators = ProtobufMessage()
    operators.add(1, "")
    operators.add(2, 13)
    var model = ProtobufMessage()
    model.add(1, 8)
    model.add(2, "kapao-video")
    model.add(7, graph)
    model.add(8, operators)
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    return model.bytes
  }
}
