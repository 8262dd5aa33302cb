import Foundation
import Inference

/// Environment variables that the compute libraries read when they are loaded, before any code of ours.
enum LibraryEnvironment {
  /// Starts the program anew, in the same process, with the variables set; returns if they are set already.
  ///
  /// Without them OpenMP's threads spin at barriers, which ruins a shared core, and OpenBLAS falls back to kernels for
  /// an old processor where it does not know the present one. What the user has set is kept.
  static func prepare() {
    var wanted = Backend.requiredEnvironment
    // The C library keeps freed memory apart for many threads; over months, connections that come and go would spread
    // it over all of them.
    if ["serve", "stream"].contains(CommandLine.arguments.dropFirst().first) { wanted["MALLOC_ARENA_MAX"] = "2" }
    let missing = wanted.filter { getenv($0.key) == nil }
    guard !missing.isEmpty else { return }
    for (name, value) in missing { setenv(name, value, 1) }
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    // Returns only if it fails: then the program goes on, slower.
    execv("/proc/self/exe", &arguments)
    arguments.forEach { free($0) }
  }
}
