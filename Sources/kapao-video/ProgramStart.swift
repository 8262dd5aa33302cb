import CProcess
import Foundation
import Inference
import Kapao
import Support
import VideoIO

/// What has to be done before anything else.
enum ProgramStart {
  /// Starts the program anew, in the same process, with environment variables that the compute libraries read when they
  /// are loaded, before any code of ours; returns if they are set already.
  ///
  /// Without them OpenMP's threads spin at barriers, which ruins a shared core, and OpenBLAS falls back to kernels for
  /// an old processor where it does not know the present one. What the user has set is kept.
  static func setEnvironment() {
    // Nothing is computed for these, and a start takes time: more than two hundred libraries are loaded.
    guard !["--version", "--help", "-h", "help"].contains(CommandLine.arguments.dropFirst().first ?? "--help") else {
      return
    }
    var wanted = Backend.requiredEnvironment
    // libdispatch complains of each thread that it may not give a higher priority, which only root may.
    wanted["LIBDISPATCH_LOG"] = "NO"
    // The C library keeps freed memory apart for many threads; over months, connections that come and go would spread
    // it over all of them.
    if ["serve", "stream"].contains(CommandLine.arguments.dropFirst().first) { wanted["MALLOC_ARENA_MAX"] = "2" }
    // Likewise where addresses are limited: they are to go to what is used.
    var addresses = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &addresses) == 0, addresses.rlim_cur != .max {
      wanted["MALLOC_ARENA_MAX"] = "2"
    }
    let missing = wanted.filter { getenv($0.key) == nil }
    guard !missing.isEmpty else { return }
    for (name, value) in missing { setenv(name, value, 1) }
    // The process is called as the file that it is started from: by its own name, and only where that is gone `exe`.
    let link = "/proc/self/exe"
    for path in [FileSystem.linkTarget(link), link].compactMap({ $0 }) {
      // Returns only if it fails: then the program goes on, slower.
      _ = FileName.withBytes(path) { execv($0, CommandLine.unsafeArgv) }
    }
  }

  /// What the program is called with, whatever bytes are in it (``FileName``); before the credentials are hidden.
  static let arguments: [String] = (1..<max(1, Int(CommandLine.argc))).compactMap { index in
    CommandLine.unsafeArgv[index].map { FileName.text($0) }
  }

  /// Hides the credentials of URLs among the arguments in the list of processes.
  static func hideCredentials() {
    for (index, argument) in CommandLine.arguments.enumerated() where argument.contains("://") {
      let shown = Redaction.shown(argument)
      if shown != argument { kapao_show_argument(Int32(index), shown) }
    }
  }
}
