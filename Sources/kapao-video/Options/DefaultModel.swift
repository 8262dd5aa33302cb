import ArgumentParser
import Foundation

/// Where the model that ships is found.
enum DefaultModel {
  private static let name = "kapao_n.safetensors"

  /// Path of the model: `$KAPAO_MODEL`, the installed one, or that of the source tree the program was built in.
  static func path() throws -> String {
    if let path = ProcessInfo.processInfo.environment["KAPAO_MODEL"], !path.isEmpty { return path }
    // Not through Foundation: a program that has been replaced since it started has a name that is no file's.
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    var folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
    var candidates = [folder.deletingLastPathComponent().appending(path: "share/kapao-video/\(name)")]
    while folder.path != "/" {
      candidates.append(folder.appending(path: "Models/\(name)"))
      folder.deleteLastPathComponent()
    }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw ValidationError("no default model is installed; name one with --model or $KAPAO_MODEL")
    }
    return found.path
  }
}
