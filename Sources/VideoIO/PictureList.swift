import CFFmpeg
import Foundation
import Kapao
import Support

/// Pictures that are read as a video, a frame each: those of a folder, of a pattern of names, or of numbered names from
/// whatever number on. They are in the order of the numbers in their names.
package struct PictureList: Sendable {
  /// The files, at least one.
  package let paths: [String]

  private static let extensions: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "webp", "tif", "tiff", "pbm", "pgm", "ppm", "pnm", "pam", "tga", "jp2",
    "j2k", "exr", "dpx", "pcx", "sgi",
  ]

  /// Whether a name ends as those of pictures do.
  package static func isPicture(_ path: String) -> Bool {
    extensions.contains(URL(fileURLWithPath: path).pathExtension.lowercased())
  }

  /// The pictures that `input` stands for: a folder, a pattern with `*`, `?` or `[…]`, or a name with `%d` or `%04d`.
  /// Nil for everything else, above all for a file of that very name.
  ///
  /// - Throws: ``VideoError`` where there is no such picture.
  package init?(_ input: String) throws(VideoError) {
    if FileSystem.isFolder(input) {
      paths = Self.inOrder((FileSystem.names(in: input) ?? []).filter { !$0.hasPrefix(".") && Self.isPicture($0) })
        .map { FileName.path(input, $0) }
      guard !paths.isEmpty else { throw Self.nothing(input, "there is no picture in the folder") }
      return
    }
    guard input != "-", !input.contains("://"), !FileSystem.exists(input) else { return nil }
    let pattern = input.hasPrefix("file:") ? String(input.dropFirst("file:".count)) : input
    if let numbered = Self.numbered(pattern) {
      paths = numbered
      guard !paths.isEmpty else { throw Self.nothing(input, "there is no picture with such a name and a number") }
    } else if pattern.contains(where: { "*?[".contains($0) }) {
      paths = Self.inOrder(Self.matching(pattern))
      guard !paths.isEmpty else { throw Self.nothing(input, "no file has such a name") }
    } else {
      return nil
    }
  }

  private static func nothing(_ input: String, _ detail: String) -> VideoError {
    VideoError(operation: "open", input: input, code: .none, detail: detail, kind: .unusableInput)
  }

  /// The files of a name with `%d` or `%04d` in its last part, by number; nil for another name.
  private static func numbered(_ pattern: String) -> [String]? {
    let folder = FileName.folder(of: pattern)
    let name = FileName.last(of: pattern)
    guard let place = name.firstRange(of: /%(0?[0-9]*)d/), isPicture(name) else { return nil }
    let (prefix, suffix) = (String(name[..<place.lowerBound]), String(name[place.upperBound...]))
    let width = Int(name[place].dropFirst().dropLast()) ?? 1
    var numbers: [(number: Int, name: String)] = []
    for other in FileSystem.names(in: folder.isEmpty ? "." : folder) ?? [] {
      guard other.hasPrefix(prefix), other.hasSuffix(suffix), other.count > prefix.count + suffix.count else {
        continue
      }
      let digits = other.dropFirst(prefix.count).dropLast(suffix.count)
      // As printf would write it.
      guard digits.allSatisfy({ "0"..."9" ~= $0 }), let number = Int(digits),
        digits.count == max(width, String(number).count)
      else { continue }
      numbers.append((number, other))
    }
    return numbers.sorted { $0.number < $1.number }.map { FileName.path(folder, $0.name) }
  }

  /// The files whose names match a pattern of the shell's.
  private static func matching(_ pattern: String) -> [String] {
    var list = glob_t()
    defer { globfree(&list) }
    guard FileName.withBytes(pattern, { glob($0, 0, nil, &list) }) == 0 else { return [] }
    return (0..<Int(list.gl_pathc)).compactMap { index in
      list.gl_pathv[index].map { FileName.text($0) }
    }.filter { !FileSystem.isFolder($0) }
  }

  /// Names in order, runs of digits by their value: 2 before 10.
  private static func inOrder(_ names: [String]) -> [String] {
    names.map { ($0, Array($0.utf8)) }.sorted { precedes($0.1[...], $1.1[...]) }.map(\.0)
  }

  private static func precedes(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    var (one, other) = (one, other)
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    while let first = one.first, let second = other.first {
      guard isDigit(first), isDigit(second) else {
        if first != second { return first < second }
        one = one.dropFirst()
        other = other.dropFirst()
        continue
      }
      let (digits, others) = (one.prefix(while: isDigit), other.prefix(while: isDigit))
      let (value, otherValue) = (digits.drop { $0 == 0x30 }, others.drop { $0 == 0x30 })
      if value.count != otherValue.count { return value.count < otherValue.count }
      if !value.elementsEqual(otherValue) { return value.lexicographicallyPrecedes(otherValue) }
      if digits.count != others.count { return digits.count > others.count }
      one = one.dropFirst(digits.count)
      other = other.dropFirst(others.count)
    }
    return one.count < other.count
  }
}
