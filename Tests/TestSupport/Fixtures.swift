import Foundation
import Kapao

/// Files that the tests read: those that ship, and larger ones that may be absent.
package enum Fixtures {
  /// The root of the repository.
  package static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Path of a shipped fixture.
  package static func path(_ name: String) -> String { root.appending(path: "Tests/Fixtures/\(name)").path }

  /// Path of a large file beside the repository, or `nil` where there is none.
  package static func shared(_ name: String) -> String? {
    let path = root.deletingLastPathComponent().appending(path: "shared/\(name)").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// A reference file: the shipped copy, else the large one beside the repository, else `nil`.
  package static func reference(_ name: String) -> String? {
    let shipped = path("reference/\(name)")
    return FileManager.default.fileExists(atPath: shipped) ? shipped : shared("reference/\(name)")
  }

  /// A letterboxed image as the reference files hold it: height × width × 3 bytes, blue first.
  package static func letterboxed(
    _ file: Safetensors, tensor: String, letterbox: Letterbox? = nil
  ) throws -> LetterboxedImage {
    let shape = file.entries[tensor]!.shape
    let size = ImageSize(width: shape[1], height: shape[0])
    let image = LetterboxedImage(letterbox: letterbox ?? Letterbox(source: size, input: size))
    let bytes = Array(try file.bytes(tensor))
    for pixel in 0..<size.width * size.height {
      for colour in 0..<3 { image.pixels[pixel * 3 + colour] = bytes[pixel * 3 + 2 - colour] }
    }
    return image
  }
}
