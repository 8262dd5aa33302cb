import Foundation
import Kapao
import Support

/// The files that the name of an input or an output stands for. Files are told apart by what they are, not by how they are
/// called: links, other spellings where case does not count, and `file:` lead to the same one.
struct InputFiles {
  /// A file on its device.
  private struct Identity: Hashable {
    let device: UInt64
    let number: UInt64

    init?(_ path: String) {
      guard let information = FileSystem.status(path), information.st_mode & S_IFMT == S_IFREG else { return nil }
      device = UInt64(information.st_dev)
      number = UInt64(information.st_ino)
    }
  }

  private var names: [Identity: String] = [:]

  /// Adds the files of an input, which a message calls `name`.
  mutating func add(_ input: String, as name: String) {
    for identity in Self.read(by: input).compactMap(Identity.init) where names[identity] == nil {
      names[identity] = name
    }
  }

  /// What an output would destroy, as the end of a sentence; nil if that is no input.
  func clash(with output: String) -> String? {
    for path in Self.written(by: output) {
      guard let name = Identity(path).flatMap({ names[$0] }) else { continue }
      return path == output || Self.withoutProtocol(output) == path
        ? "is \(name)" : "would replace \(path), which is \(name)"
    }
    return nil
  }

  /// The path that libav opens for an address with its protocol of files: it takes away `file:`, and no more.
  static func withoutProtocol(_ path: String) -> String {
    path.hasPrefix("file:") ? String(path.dropFirst("file:".count)) : path
  }

  // MARK: - What names stand for

  /// The existing files that are read: a file and those that it lists, a folder's, those of a pattern, parts that are put
  /// together.
  private static func read(by input: String) -> [String] {
    if input.hasPrefix("concat:") {
      return input.dropFirst("concat:".count).split(separator: "|").map(String.init).flatMap(read)
    }
    let path = withoutProtocol(input)
    guard FileSystem.exists(path) else {
      return numbered(path) + matching(path.replacingOccurrences(of: "%", with: ""))
    }
    if FileSystem.isFolder(path) { return entries(of: path).map { joined(path, $0) } }
    return [input, path] + listed(in: path)
  }

  /// The existing files that are written: a file, those that a pattern with a number may name, the parts of a playlist.
  private static func written(by output: String) -> [String] {
    let path = output.hasPrefix("file://") ? withoutProtocol(output) : output
    guard path != "-", !path.contains("://") else { return [] }
    let isPlaylist = URL(fileURLWithPath: path).pathExtension.lowercased() == "m3u8"
    let parts = isPlaylist ? numbered((path as NSString).deletingPathExtension + "%d.ts") : []
    return [path] + (path.contains("%") ? numbered(path) : []) + parts
  }

  /// Existing files whose names are `pattern` with a number for `%d`, or one of at least four digits for `%04d`.
  private static func numbered(_ pattern: String) -> [String] {
    let folder = FileName.folder(of: pattern)
    let name = FileName.last(of: pattern)
    guard let number = name.range(of: "%[0-9]*d", options: .regularExpression) else { return [] }
    let (before, after) = (name[..<number.lowerBound], name[number.upperBound...])
    let width = Int(name[number].dropFirst().dropLast()) ?? 0
    return entries(of: folder).filter { entry in
      guard entry.count > before.count + after.count, entry.hasPrefix(before), entry.hasSuffix(after) else {
        return false
      }
      let digits = entry.dropFirst(before.count).dropLast(after.count)
      guard let value = UInt(digits).map(String.init) else { return false }
      return digits == String(repeating: "0", count: max(0, width - value.count)) + value
    }.map { joined(folder, $0) }
  }

  /// The existing files of a pattern, in order.
  static func matching(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard FileName.withBytes(pattern, { glob($0, GLOB_BRACE, nil, &found) }) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { FileName.text($0) } }
  }

  /// The files that a playlist or a list for libav's `concat` names.
  private static func listed(in path: String) -> [String] {
    guard ["m3u8", "m3u", "ffconcat", "txt"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()),
      FileSystem.status(path).map({ $0.st_size < 1 << 22 }) == true,
      let bytes = try? FileSystem.read(path), let text = String(validating: bytes, as: UTF8.self)
    else { return [] }
    let folder = FileName.folder(of: path)
    return text.split(whereSeparator: \.isNewline).map { line in
      let name = line.hasPrefix("file ") ? line.dropFirst("file ".count) : line[...]
      return joined(folder, name.trimmingCharacters(in: CharacterSet(charactersIn: " \t'\"")))
    }
  }

  private static func entries(of folder: String) -> [String] {
    FileSystem.names(in: folder.isEmpty ? "." : folder) ?? []
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty || name.hasPrefix("/") ? name : FileName.path(folder, name)
  }
}
