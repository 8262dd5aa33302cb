import Foundation

/// Objects that are used again frame after frame.
final class Pool<Object: AnyObject & Sendable>: @unchecked Sendable {
  // @unchecked: the list is only touched under the lock.

  private let lock = NSLock()
  private var idle: [Object] = []
  private let make: @Sendable () -> Object

  init(make: @escaping @Sendable () -> Object) { self.make = make }

  /// An idle object, or a new one.
  func take() -> Object { lock.withLock { idle.popLast() } ?? make() }

  /// Returns an object that nobody uses any more.
  func give(_ object: Object) { lock.withLock { idle.append(object) } }
}
