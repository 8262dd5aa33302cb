import Foundation
import Kapao
import Support

/// Where the model that ships is found.
enum DefaultModel {
  private static let name = "kapao_n.safetensors"

  /// Path of the model: `$KAPAO_MODEL`, the installed one, or that of the source tree the program was built in.
  ///
  /// - Throws: ``SettingError`` where there is none.
  static func path() throws(SettingError) -> String {
    if let path = ProcessInfo.processInfo.environment["KAPAO_MODEL"], !path.isEmpty { return path }
    // Not through Foundation: a program that has been replaced since it started has a name that is no file's.
    let executable = FileSystem.linkTarget("/proc/self/exe") ?? ""
    var folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
    var candidates = [folder.deletingLastPathComponent().appending(path: "share/kapao-video/\(name)")]
    while folder.path != "/" {
      candidates.append(folder.appending(path: "Models/\(name)"))
      folder.deleteLastPathComponent()
    }
    guard let found = candidates.first(where: { FileSystem.exists($0.path) }) else {
      throw SettingError("no default model is installed; name one with {model} or $KAPAO_MODEL")
    }
    return found.path
  }
}

extension Architecture {
  /// Longest side of the network's input in pixels, where the user names none: small networks are for small machines.
  public var usualInputSize: Int { widthMultiple <= 0.25 ? 640 : 1024 }
}
