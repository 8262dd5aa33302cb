import Foundation

/// A damage report that one thread writes and any may read.
final class LockedDamage: @unchecked Sendable {
  // @unchecked: every access is under `lock`.

  private let lock = NSLock()
  private var report = DamageReport()

  var value: DamageReport { lock.withLock { report } }

  func update(_ change: (inout DamageReport) -> Void) {
    lock.withLock { change(&report) }
  }
}
