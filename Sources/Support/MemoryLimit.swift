import Foundation

/// How much memory the process may still take.
///
/// Much of what computes here, libraries and Swift's own arrays, ends the process where it gets no memory. So it is
/// asked beforehand whether there is enough for the next large step.
package enum MemoryLimit {
  /// Whether there are so many bytes, as far as one can know: in the address space (`ulimit -v`), under what the system
  /// has promised already, and under the limit of the process's control group.
  package static func allows(_ bytes: Int) -> Bool { allowsAddresses(bytes) && bytes <= controlGroupRest() }

  /// The same without a look at the control group, which takes longer.
  package static func allowsAddresses(_ bytes: Int) -> Bool {
    let protection = PROT_READ | PROT_WRITE
    guard let place = mmap(nil, max(1, bytes), protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), place != MAP_FAILED
    else { return false }
    munmap(place, max(1, bytes))
    return true
  }

  /// Bytes that the system could give to another process.
  package static var available: Int {
    let line = text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }.map { $0 << 10 } ?? .max
  }

  /// What the control group of the process leaves.
  private static func controlGroupRest() -> Int {
    var rest = Int.max
    for line in text("/proc/self/cgroup")?.split(separator: "\n") ?? [] {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      if fields[1].isEmpty {
        rest = min(rest, Self.rest("/sys/fs/cgroup", fields[2], "memory.max", "memory.current", "file"))
      } else if fields[1] == "memory" {
        let folder = "/sys/fs/cgroup/memory"
        rest = min(rest, Self.rest(folder, fields[2], "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"))
      }
    }
    return rest
  }

  /// What the group and those that it is in leave; cached files go when memory is needed.
  private static func rest(_ root: String, _ group: String, _ limit: String, _ usage: String, _ cache: String) -> Int {
    var rest = Int.max
    var folder = root + group
    while folder.count >= root.count {
      if let limit = number("\(folder)/\(limit)"), let usage = number("\(folder)/\(usage)") {
        let cached = text("\(folder)/memory.stat")?.split(separator: "\n").first { $0.hasPrefix(cache + " ") }
        rest = min(rest, limit - usage + (cached.flatMap { Int($0.dropFirst(cache.count + 1)) } ?? 0))
      }
      folder = FileName.folder(of: folder)
    }
    return rest
  }

  private static func number(_ path: String) -> Int? {
    text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
