import Foundation

/// Names of files as texts. On Linux a name is bytes, which need not be UTF-8.
///
/// A byte that is no part of UTF-8 stands in the text as a character of its own, U+10F780 to U+10F7FF in a private-use
/// plane, so that a name goes through the program as a `String` and reaches the system as the bytes that it was. Every
/// call of the system that takes a name goes through here.
package enum FileName {
  private static let escape: UInt32 = 0x10F700

  /// The text that stands for the bytes of a name.
  package static func text(_ bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !mayHold(text) { return text }
    var scalars = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var position = bytes.startIndex
    func escaped(_ count: Int) {
      for byte in bytes[position...].prefix(count) { scalars.append(Unicode.Scalar(escape + UInt32(byte))!) }
    }
    while true {
      let count: Int
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        count = encoded.count
        if isEscape(scalar) { escaped(count) } else { scalars.append(scalar) }
      case .error(let length):
        count = length
        escaped(count)
      case .emptyInput: return String(scalars)
      }
      position = bytes.index(position, offsetBy: count)
    }
  }

  /// The text that stands for the name that a C string is.
  package static func text(_ name: UnsafePointer<CChar>) -> String {
    text(UnsafeBufferPointer(start: name, count: strlen(name)).map(UInt8.init(bitPattern:)))
  }

  /// The bytes of a name, or of any text with names in it.
  package static func bytes(_ text: String) -> [UInt8] {
    guard mayHold(text) else { return Array(text.utf8) }
    return text.unicodeScalars.flatMap { scalar in
      isEscape(scalar) ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
    }
  }

  /// A name for texts that must be UTF-8, such as JSON: U+FFFD stands for what is not.
  package static func readable(_ text: String) -> String {
    guard mayHold(text) else { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(isEscape(scalar) ? "\u{FFFD}" : scalar) }
    return String(scalars)
  }

  /// Calls `body` with the name as the system takes it.
  package static func withBytes<R>(_ name: String, _ body: (UnsafePointer<CChar>) throws -> R) rethrows -> R {
    guard mayHold(name) else { return try name.withCString(body) }
    let bytes = (bytes(name) + [0]).map(CChar.init(bitPattern:))
    return try bytes.withUnsafeBufferPointer { try body($0.baseAddress!) }
  }

  /// The folder that a path says a file is in; empty where it says none. (Foundation's own function ends the process for
  /// a name of one letter.)
  package static func folder(of path: String) -> String {
    let path = trimmed(path)
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return trimmed(String(path[..<slash]), root: "/")
  }

  /// The last part of a path.
  package static func last(of path: String) -> String {
    let path = trimmed(path)
    return path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
  }

  /// The path of a file in a folder.
  package static func path(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// A path without slashes at its end.
  private static func trimmed(_ path: String, root: String = "") -> String {
    guard let end = path.utf8.lastIndex(where: { $0 != UInt8(ascii: "/") }) else { return root }
    return String(path[...end])
  }

  private static func isEscape(_ scalar: Unicode.Scalar) -> Bool { (escape + 0x80...escape + 0xFF) ~= scalar.value }

  private static func mayHold(_ text: String) -> Bool {
    text.utf8.contains(0xF4) && text.unicodeScalars.contains(where: isEscape)
  }
}
