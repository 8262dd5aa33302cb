import Foundation
import Kapao
import VideoIO

/// Reads a picture for the network.
package enum StillImage {
  /// The first frame of an image or video, letterboxed.
  package static func letterboxed(_ path: String, size: Int) throws -> LetterboxedImage {
    let frame = try frame(path)
    let image = LetterboxedImage(letterbox: Letterbox(source: frame.size, size: size))
    try Letterboxer().prepare(frame, into: image)
    return image
  }

  /// The first frame of an image or video, or the one `time` seconds later.
  package static func frame(_ path: String, at time: Double = 0) throws -> VideoFrame {
    var options = ReaderOptions()
    if time > 0 { options.start = time }
    let reader = try VideoReader(path, options: options)
    defer { reader.close() }
    while let item = try reader.next() {
      if case .frame(let frame) = item { return frame }
    }
    throw VideoError(operation: "read", input: path, code: .none, detail: "no picture in it", kind: .unusableInput)
  }
}

/// The names of files in a folder of images.
enum FolderFile {
  static func path(_ name: String, in folder: String) -> String {
    URL(fileURLWithPath: folder).appending(path: name).path
  }
}
