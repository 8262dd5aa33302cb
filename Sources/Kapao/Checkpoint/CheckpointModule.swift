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
