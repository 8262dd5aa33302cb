/// What a pickle says, as plain data: nothing of it has been executed, and classes are only names.
package struct Pickle: Sendable {
  /// A value that other values may refer to.
  struct Node: Sendable {
    enum Kind: Sendable {
      case tuple
      case list
      case set
      case dictionary
      /// The result of calling a class or function with arguments, had it been called.
      case object(callable: PickleValue, arguments: PickleValue)
      /// Data kept outside the pickle, found by an identifier.
      case external(PickleValue)
    }

    let kind: Kind
    /// Elements of a tuple, list or set, in order.
    var items: [PickleValue] = []
    /// Entries of a dictionary, or set on an object as on a dictionary, in order.
    var entries: [(key: PickleValue, value: PickleValue)] = []
    /// What an object's state was set to.
    var state: PickleValue?
  }

  private(set) var nodes: [Node] = []
  package internal(set) var root: PickleValue = .none

  /// Adds a node and returns the value that refers to it.
  mutating func add(_ node: Node) -> PickleValue {
    nodes.append(node)
    return .node(nodes.count - 1)
  }

  /// Changes the node that `value` refers to; false where it refers to none.
  mutating func update(_ value: PickleValue, _ change: (inout Node) -> Void) -> Bool {
    guard case .node(let index) = value else { return false }
    change(&nodes[index])
    return true
  }
}

/// Reading: each function answers `nil` where the value is of another kind.
///
/// Dictionaries are read only if they have no more entries than any of interest: a hostile file could make thousands of
/// searches through a million entries.
extension Pickle {
  private static let mostEntries = 4096

  /// The elements of a tuple or list.
  package func items(_ value: PickleValue?) -> [PickleValue]? {
    guard case .node(let index) = value else { return nil }
    switch nodes[index].kind {
    case .tuple, .list: return nodes[index].items
    case .set, .dictionary, .object, .external: return nil
    }
  }

  /// The entries with texts as keys, of a dictionary or of an object that behaves like one (`OrderedDict`).
  package func entries(_ value: PickleValue?) -> [(key: String, value: PickleValue)]? {
    guard case .node(let index) = value, nodes[index].entries.count <= Self.mostEntries else { return nil }
    switch nodes[index].kind {
    case .dictionary, .object: break
    case .tuple, .list, .set, .external: return nil
    }
    return nodes[index].entries.compactMap { entry in
      guard case .string(let key) = entry.key else { return nil }
      return (key, entry.value)
    }
  }

  /// The last value under a key of a dictionary.
  package func value(_ dictionary: PickleValue?, _ key: String) -> PickleValue? {
    guard case .node(let index) = dictionary, nodes[index].entries.count <= Self.mostEntries else { return nil }
    return nodes[index].entries.last { $0.key == .string(key) }?.value
  }

  /// An object's class or function, as `module` and `name`, and its arguments.
  package func call(_ value: PickleValue?) -> (module: String, name: String, arguments: [PickleValue])? {
    guard case .node(let index) = value,
      case .object(.global(let module, let name), let arguments) = nodes[index].kind
    else { return nil }
    return (module, name, items(arguments) ?? [])
  }

  /// An attribute of an object whose state is a dictionary of attributes.
  package func attribute(_ object: PickleValue?, _ name: String) -> PickleValue? {
    guard case .node(let index) = object else { return nil }
    return value(nodes[index].state, name)
  }

  /// The identifier of external data.
  package func external(_ value: PickleValue?) -> PickleValue? {
    guard case .node(let index) = value, case .external(let identifier) = nodes[index].kind else { return nil }
    return identifier
  }
}

extension PickleValue {
  /// An integer or an integral float; `nil` for anything else.
  var integer: Int? {
    switch self {
    case .integer(let value): value
    case .float(let value): Int(exactly: value)
    default: nil
    }
  }

  /// A number; `nil` for anything else.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }

  /// A text; `nil` for anything else.
  var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }
}

/// A value of a pickle. Lists, dictionaries and objects are nodes of a `Pickle`, as they can be shared and contain
/// themselves.
package enum PickleValue: Equatable, Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  /// A class or function by name; it is never looked up.
  case global(module: String, name: String)
  /// A node by its number.
  case node(Int)
}
