import Foundation

/// The files that the name of an input or an output stands for. Files are told apart by what they are, not by how they are
/// called: links, other spellings where case does not count, and `file:` lead to the same one.
package struct InputFiles {
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

  /// None so far.
  package init() {}

  /// Adds the files of an input, which a message calls `name`. Standard input may be a file, too.
  package mutating func add(_ input: String, as name: String) {
    let files = Self.read(by: input == "-" ? "/dev/stdin" : input)
    for identity in files.compactMap(Identity.init) where names[identity] == nil {
      names[identity] = name
    }
  }

  /// What an output would destroy, as the end of a sentence; nil if that is no input.
  ///
  /// - Parameter isForPersons: Whether the output is a file for each person, with a name made from `output`.
  package func clash(with output: String, isForPersons: Bool = false) -> String? {
    for path in isForPersons ? Self.forPersons(output) : Self.written(by: output) {
      guard let name = Identity(path).flatMap({ names[$0] }) else { continue }
      return path == output || Self.withoutProtocol(output) == path
        ? "is \(name)" : "would replace \(path), which is \(name)"
    }
    return nil
  }

  /// The path that libav opens for an address with its protocol of files: it takes away `file:`, and no more.
  package static func withoutProtocol(_ path: String) -> String {
    path.hasPrefix("file:") ? String(path.dropFirst("file:".count)) : path
  }

  // MARK: - What names stand for

  /// The existing files that are read: a file and those that it lists, a folder's, those of a pattern, parts that are put
  /// together.
  private static func read(by input: String) -> [String] {
    if input.hasPrefix("concat:") {
      return input.dropFirst("concat:".count).split(separator: "|").map(String.init).flatMap(read)
    }
    // What libav reads through something else: cache:FILE, async:FILE, subfile,,start,0,end,0,,:FILE, movie=FILE.
    let roundabout = /^(?:cache:|async:|subfile,.*,:|(?:.*:)?a?movie=)(.+)$/
    if !FileSystem.exists(input), let inner = input.firstMatch(of: roundabout) {
      return read(by: String(inner.output.1))
    }
    let path = withoutProtocol(input)
    guard FileSystem.exists(path) else {
      return numbered(path) + matching(path.replacingOccurrences(of: "%", with: ""))
    }
    if FileSystem.isFolder(path) { return entries(of: path).map { joined(path, $0) } }
    return [input, path] + listed(in: path) + (path.lowercased().hasSuffix(".mpd") ? segments(beside: path) : [])
  }

  /// The existing files that are written: a file, those that a pattern with a number may name, the parts of a playlist.
  private static func written(by output: String) -> [String] {
    let path = output.hasPrefix("file://") ? withoutProtocol(output) : output
    guard path != "-", !path.contains("://") else { return [] }
    // Whatever the playlist's ending is, its --format may be the other one.
    let isPlaylist = ["m3u8", "mpd"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
    let parts =
      isPlaylist ? numbered((path as NSString).deletingPathExtension + "%d.ts") + segments(beside: path) : []
    return [path] + (path.contains("%") ? numbered(path) : []) + parts
  }

  /// The segments of DASH in the folder of a playlist.
  private static func segments(beside path: String) -> [String] {
    let folder = FileName.folder(of: path)
    return entries(of: folder).filter { $0.contains("-stream") && ($0.hasSuffix(".m4s") || $0.hasSuffix(".webm")) }
      .map { joined(folder, $0) }
  }

  /// The existing files of persons that are written, or removed as those of an earlier run: `walk_person01.trc` and the like.
  private static func forPersons(_ output: String) -> [String] {
    let folder = FileName.folder(of: output)
    let name = FileName.last(of: output)
    let ending = name.range(of: ".[a-z0-9]+$", options: .regularExpression).map { String(name[$0]) } ?? ""
    let stem = name.dropLast(ending.count)
    return entries(of: folder).filter { $0.hasPrefix(stem + "_") && $0.contains("_person") }.map { joined(folder, $0) }
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
  package static func matching(_ pattern: String) -> [String] {
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
