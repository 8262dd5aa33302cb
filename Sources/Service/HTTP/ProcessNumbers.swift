import Foundation

/// What this process takes of the machine.
package struct ProcessNumbers: Hashable, Sendable {
  /// Memory in use, in bytes.
  package var residentBytes: Int
  /// Open file descriptors.
  package var openDescriptors: Int
  /// Threads.
  package var threads: Int

  /// Numbers from elsewhere.
  package init(residentBytes: Int, openDescriptors: Int, threads: Int) {
    self.residentBytes = residentBytes
    self.openDescriptors = openDescriptors
    self.threads = threads
  }

  /// The present numbers, as the kernel tells.
  package static var current: ProcessNumbers {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
      .dropFirst().first.flatMap { Int($0) }
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task"))?.count
    return ProcessNumbers(
      residentBytes: (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))), openDescriptors: descriptors ?? 0,
      threads: threads ?? 0)
  }
}
