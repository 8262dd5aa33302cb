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
