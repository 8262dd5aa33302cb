import ArgumentParser
import Export
import Foundation
import Kapao
import Support

/// Checks that the outputs of a command get in each other's way neither among themselves nor with what is read.
struct OutputCheck {
  /// What is read, and what a message calls it.
  private var inputs = InputFiles()
  private let videos: [String]
  private let exports: [ExportTarget]
  private let personFiles: [String]

  /// - Parameters:
  ///   - inputs: What is read.
  ///   - others: What is read besides: a court, intervals, an image folder.
  ///   - description: The description of the input that is read, if any.
  ///   - model: The file of the network that is read, if any.
  ///   - videos: Annotated videos, and other files that are written.
  ///   - personFiles: Names of outputs that are a file for each person.
  init(
    inputs: [String], others: [String?] = [], description: String? = nil, model: String? = nil, videos: [String] = [],
    exports: [ExportTarget] = [], personFiles: [String] = []
  ) {
    for input in inputs { self.inputs.add(input, as: "the input") }
    for other in others.compactMap({ $0 }) { self.inputs.add(other, as: "a file that is read") }
    if let description { self.inputs.add(description, as: "the description of the input") }
    if let model { self.inputs.add(model, as: "the model") }
    self.videos = videos
    self.exports = exports
    self.personFiles = personFiles
  }

  /// - Throws: `ValidationError`.
  func validate() throws {
    let paths = videos + personFiles + exports.map(\.path)
    guard paths.filter({ OutputPlace($0) == .descriptor(1) }).count <= 1 else {
      throw ValidationError("only one output can be standard output.")
    }
    for target in exports where !target.format.isSingleFile && !Self.canHoldFiles(target.path) {
      let place = target.path == "-" ? "standard output" : target.path
      throw ValidationError("\(target.format.rawValue) is several files, and cannot go to \(place).")
    }
    for path in personFiles where !Self.canHoldFiles(path) {
      throw ValidationError("there is a file for each person, which cannot go to \(path).")
    }
    for path in exports.map(\.path) where Self.isCompressed(path) {
      throw ValidationError("\(path): nothing is compressed here; in bash, >(gzip > poses.csv.gz) is such an output.")
    }
    var taken: [String: String] = [:]
    for path in paths where path != "-" {
      if let clash = inputs.clash(with: path) { throw ValidationError("\(path) \(clash); name another output.") }
      if let other = taken.updateValue("another output", forKey: Self.identity(path)) {
        throw ValidationError("\(path) is \(other); name another output.")
      }
    }
    for path in personFiles + exports.filter({ [.trc, .sports2D].contains($0.format) }).map(\.path) {
      if let clash = inputs.clash(with: path, isForPersons: true) {
        throw ValidationError("\(path) \(clash); name another output.")
      }
    }
    for path in exports.filter({ $0.format == .csv }).compactMap({ RunDescription.path(beside: $0.path) }) {
      let other = taken.updateValue("the description of a CSV", forKey: Self.identity(path)).map { "is \($0)" }
      if let clash = inputs.clash(with: path) ?? other {
        throw ValidationError("the description of a CSV would be \(path), which \(clash); name another output.")
      }
      guard Self.isDescription(path) else {
        throw ValidationError("the description of a CSV would replace \(path), which is none; name another output.")
      }
    }
  }

  /// Whether what is under a path may be replaced by a description: nothing, an empty file or an earlier description.
  private static func isDescription(_ path: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else { return true }
    let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    return object?["program"] != nil && object?["settings"] != nil
  }

  /// Whether the name says that the content is compressed.
  private static func isCompressed(_ path: String) -> Bool {
    ["gz", "bz2", "xz", "zst", "zip", "lz4"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
  }

  /// Whether files can be made under a path: it is no pipe, device or descriptor.
  private static func canHoldFiles(_ path: String) -> Bool {
    FileSystem.isFolder(path) || OutputPlace(path).file != nil
  }

  private static func identity(_ path: String) -> String {
    if case .descriptor(let number) = OutputPlace(path) { return "descriptor \(number)" }
    let path = path.hasPrefix("file://") ? InputFiles.withoutProtocol(path) : path
    // A link may lead to what is not there yet.
    let file = OutputPlace(path).file ?? path
    let folder = FileName.folder(of: file)
    return FileName.path(FileSystem.resolved(folder.isEmpty ? "." : folder) ?? folder, FileName.last(of: file))
  }
}
