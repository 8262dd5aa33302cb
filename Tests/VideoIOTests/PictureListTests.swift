import Foundation
import TestSupport
import Testing
import VideoIO

@Suite("Pictures that are read as a video")
struct PictureListTests {
  /// A folder with pictures whose brightness is ten times the number in their names, and something else.
  private func withPictures(_ names: [Int], ending: String = "png", _ body: (URL) throws -> Void) throws {
    try Media.withFolder { folder in
      for number in names {
        let grey = "color=c=0x\(String(repeating: String(number * 10 + 16, radix: 16), count: 3)):s=64x48,format=rgb24"
        Media.run(
          "ffmpeg",
          [
            "-v", "error", "-f", "lavfi", "-i", grey, "-frames:v", "1",
            folder.appending(path: "f\(number).\(ending)").path,
          ])
      }
      try "no picture".write(to: folder.appending(path: "notes.txt"), atomically: true, encoding: .utf8)
      try body(folder)
    }
  }

  private func read(_ input: String, _ options: ReaderOptions = ReaderOptions()) throws -> (
    numbers: [Int], times: [Double], damage: DamageReport
  ) {
    let reader = try VideoReader(input, options: options)
    defer { reader.close() }
    var frames: [VideoFrame] = []
    while let item = try reader.next() { if case .frame(let frame) = item { frames.append(frame) } }
    let numbers = frames.map { frame in
      let luma = frame.withPlane(0) { pixels, _, _, _ in Double(pixels[0]) }
      return Int(((luma - 16) / 219 * 255 - 16) / 10 + 0.5)
    }
    return (numbers, frames.map(\.time), reader.damage)
  }

  @Test("a folder, a pattern and numbered names are read in the order of the numbers, at 25 frames a second")
  func order() throws {
    try withPictures([2, 10, 9, 1]) { folder in
      for input in ["", "/f*.png", "/f[0-9]*", "/f%d.png"] {
        let found = try read(folder.path + input)
        #expect(found.numbers == [1, 2, 9, 10], "\(input)")
        #expect(found.times.map { ($0 * 25).rounded() } == [0, 1, 2, 3], "\(input)")
      }
      let info = try VideoReader.probe(folder.path)
      #expect(info.videoStream?.video?.frameCount == 4)
      #expect(info.duration == 0.16)
    }
  }

  @Test("a rate gives pictures their times")
  func rate() throws {
    try withPictures([7, 8]) { folder in
      var options = ReaderOptions()
      options.frameRate = "5/2"
      let found = try read("\(folder.path)/f%d.png", options)
      #expect(found.times == [0, 0.4])
      options.following = [folder.appending(path: "f7.png").path]
      #expect(try read(folder.appending(path: "f8.png").path, options).numbers == [8, 7])
      #expect(throws: VideoError.self) { try VideoReader(Media.path("av.mp4"), options: options) }
    }
  }

  @Test("a picture that cannot be read, or is of another kind, is counted and leaves its time empty")
  func damaged() throws {
    try withPictures([1, 2, 4, 6]) { folder in
      try Data(repeating: 7, count: 999).write(to: folder.appending(path: "f3.png"))
      let jpeg = folder.appending(path: "f5.jpg")
      Media.run("ffmpeg", ["-v", "error", "-i", folder.appending(path: "f1.png").path, jpeg.path])
      try FileManager.default.moveItem(at: jpeg, to: folder.appending(path: "f5.png"))
      var options = ReaderOptions()
      options.decoderThreads = 1
      let found = try read(folder.path, options)
      #expect(found.numbers == [1, 2, 4, 6])
      #expect(found.times.map { ($0 * 25).rounded() } == [0, 1, 3, 5])
      #expect(found.damage.packetsFailed == 2)
      #expect(found.damage.pictureError?.contains("f5.png: mjpeg, and not png as the first picture") == true)
    }
  }

  @Test("a file of the very name is that file, and where there is no picture the name is named")
  func names() throws {
    try withPictures([3]) { folder in
      let odd = folder.appending(path: "f%d.png")
      try FileManager.default.moveItem(at: folder.appending(path: "f3.png"), to: odd)
      #expect(try read(odd.path).numbers == [3])
      for name in ["g%d.png", "*.jpg"] {
        let error = #expect(throws: VideoError.self) { try VideoReader("\(folder.path)/\(name)") }
        #expect(error?.kind == .unusableInput)
        #expect(error?.description.contains(name) == true)
      }
      try FileManager.default.removeItem(at: odd)
      #expect(throws: VideoError.self) { try VideoReader(folder.path) }
    }
  }
}
