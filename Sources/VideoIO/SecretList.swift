import Foundation

/// Texts that must not be shown.
final class SecretList: @unchecked Sendable {
  // @unchecked: every access is under `lock`.

  private let lock = NSLock()
  private var secrets: Set<String> = []

  /// The longest first, so that one that contains another is removed whole.
  var all: [String] { lock.withLock { secrets.sorted { $0.count > $1.count } } }

  func add(_ secret: String) {
    lock.withLock { _ = secrets.insert(secret) }
  }
}
