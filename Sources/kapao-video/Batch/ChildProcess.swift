import CProcess
import Foundation
import Support

/// A run of this program over one video, as a process of its own: what one video does to it harms no other.
///
/// It ends with the process that started it, however that ends.
final class ChildProcess: @unchecked Sendable {
  // @unchecked: `state` locks itself; the rest is used by one thread.

  /// How far it has come, as it says.
  struct State {
    var frames = 0
    var expected: Int?
    /// Its other lines, the last ones of them.
    var lines: [String] = []
  }

  /// How it ended.
  struct Ending {
    /// Its exit code; 128 and the number of the signal that ended it.
    let code: Int32
    /// The most memory that it had, in bytes.
    let memory: Int
    let state: State
  }

  let started = MonotonicTime.seconds
  private let id: pid_t
  private let state = Locked(State())
  private let reading = DispatchSemaphore(value: 0)

  /// Starts the program with arguments. Has to be called by the thread that lives as long as the program.
  ///
  /// - Throws: `OutputError` where the system starts no process.
  init(_ arguments: [String]) throws {
    let program =
      FileSystem.linkTarget("/proc/self/exe").flatMap { FileSystem.exists($0) ? $0 : nil } ?? "/proc/self/exe"
    func failure(_ code: Int32) -> OutputError { OutputError(.create, path: "a process", code: code) }
    var pipe: [Int32] = [-1, -1]
    guard kapao_pipe(&pipe) == 0 else { throw failure(errno) }
    let environment = ProcessInfo.processInfo.environment
      .merging([ProgressReporter.variable: "\(getpid())"]) { $1 }.map { "\($0)=\($1)" }
    var id: pid_t = 0
    let code = Self.withNames([program] + arguments) { values in
      Self.withNames(environment) { kapao_spawn(&id, values, $0, pipe[1]) }
    }
    close(pipe[1])
    guard code == 0 else {
      close(pipe[0])
      throw failure(code)
    }
    self.id = id
    read(pipe[0])
  }

  /// How far it has come.
  var progress: State { state.value }

  /// How it ended; `nil` while it runs.
  func ending() -> Ending? {
    var (status, usage) = (Int32(0), rusage())
    guard wait4(id, &status, WNOHANG, &usage) == id else { return nil }
    reading.wait()
    let signal = status & 0x7f
    return Ending(
      code: signal == 0 ? status >> 8 & 0xff : 128 + signal, memory: usage.ru_maxrss << 10, state: state.value)
  }

  /// Ends it at once; what it has written is of no use.
  func kill() { Foundation.kill(id, SIGKILL) }

  private func read(_ descriptor: Int32) {
    let thread = Thread { [self] in
      let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      var rest: [UInt8] = []
      while let piece = try? file.read(upToCount: 1 << 16), !piece.isEmpty {
        rest += piece
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          take(FileName.text(rest[..<end]))
          rest.removeSubrange(...end)
        }
      }
      if !rest.isEmpty { take(FileName.text(rest)) }
      reading.signal()
    }
    thread.start()
  }

  private func take(_ line: String) {
    state.withLock { state in
      guard let progress = ProgressReporter.read(line) else {
        state.lines = (state.lines + [line]).suffix(20)
        return
      }
      state.frames = progress.frames
      state.expected = progress.expected
    }
  }

  /// Calls `body` with a list of texts as C has it.
  private static func withNames<R>(
    _ names: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var pointers = names.map { FileName.withBytes($0) { strdup($0) } } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}
