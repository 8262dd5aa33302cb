import CKernels
import Foundation
import TestSupport
import Testing

@Suite("The cores of threads that compute together", .serialized)
struct ThreadAffinityTests {
  /// Runs on a thread of its own, whose cores do not matter to anybody else.
  private func onThread(_ work: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      work()
      done.signal()
    }
    done.wait()
  }

  /// The cores that the calling thread may use, a bit each.
  private static var cores: UInt64 {
    let status = (try? String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
    let digits = line?.dropFirst("Cpus_allowed:".count).filter(\.isHexDigit).suffix(16)
    return digits.flatMap { UInt64(String($0), radix: 16) } ?? 0
  }

  /// Lets the calling thread use these cores, as a user would.
  private static func taskset(_ cores: UInt64) {
    let thread = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")) ?? ""
    let number = String(thread.split(separator: "/").last ?? "")
    let outcome = Media.run("taskset", ["-p", String(cores, radix: 16), number])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("a thread stays on one core and may then use those it might before")
  func stayAndRoam() {
    onThread {
      let before = Self.cores
      guard before.nonzeroBitCount > 1 else { return }
      #expect(kapao_stay() >= 0)
      #expect(Self.cores.nonzeroBitCount == 1)
      kapao_roam()
      #expect(Self.cores == before)
    }
  }

  @Test("what taskset says of a running thread is kept")
  func taskset() {
    onThread {
      let before = Self.cores
      guard before.nonzeroBitCount > 1 else { return }
      let last = UInt64(1) << UInt64(63 - before.leadingZeroBitCount)
      let first = UInt64(1) << UInt64(before.trailingZeroBitCount)
      #expect(kapao_stay() >= 0)
      kapao_roam()
      Self.taskset(last)
      // It has no other core now.
      #expect(kapao_stay() == -1)
      kapao_roam()
      #expect(Self.cores == last)
      Self.taskset(before)
      // While it stays somewhere, it is sent elsewhere.
      let core = kapao_stay()
      #expect(core >= 0)
      let other = core == last.trailingZeroBitCount ? first : last
      Self.taskset(other)
      kapao_roam()
      #expect(Self.cores == other)
    }
  }
}
