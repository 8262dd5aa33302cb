import ArgumentParser
import Export
import Foundation

/// Checks that the outputs of a command get in each other's way neither among themselves nor with the input.
struct OutputCheck {
  let input: String
  /// The description of the input that is read, if any.
  var description: String?
  /// The annotated video, if any.
  var video: String?
  let exports: [ExportTarget]

  /// - Throws: `ValidationError`.
  func validate() throws {
    let paths = [video].compactMap { $0 } + exports.map(\.path)
    guard paths.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("only one output can be standard output.")
    }
    for target in exports where target.path == "-" && !target.format.isSingleFile {
      throw ValidationError("\(target.format.rawValue) is several files, and cannot go to standard output.")
    }
    var taken: [String: String] = [:]
    if let description { taken[Self.identity(description)] = "the description of the input" }
    for path in [input, Self.withoutProtocol(input, "file:")]
    where path != "-" && FileManager.default.fileExists(atPath: path) {
      taken[Self.identity(path)] = "the input"
    }
    for path in paths where path != "-" {
      if let other = taken.updateValue("another output", forKey: Self.identity(path)) {
        throw ValidationError("\(path) is \(other); name another output.")
      }
    }
    for path in exports.filter({ $0.format == .csv }).compactMap({ RunDescription.path(beside: $0.path) }) {
      if let other = taken.updateValue("the description of a CSV", forKey: Self.identity(path)) {
        throw ValidationError("the description of a CSV would be \(path), which is \(other); name another output.")
      }
    }
  }

  private static func identity(_ path: String) -> String {
    URL(fileURLWithPath: withoutProtocol(path, "file://")).resolvingSymlinksInPath().path
  }

  /// The path that libav opens for an address with its protocol of files: it takes away `file:`, and no more. An output
  /// is such an address only with `://`.
  private static func withoutProtocol(_ path: String, _ prefix: String) -> String {
    path.hasPrefix(prefix) ? String(path.dropFirst("file:".count)) : path
  }
}
