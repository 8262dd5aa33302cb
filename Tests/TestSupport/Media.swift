import Foundation
import VideoIO

/// The generated test media, and the ffmpeg tools that check outputs.
package enum Media {
  /// Path of a file that `make_media.sh` writes. The files are kept for later runs of the same script.
  package static func path(_ name: String) -> String {
    folder.appendingPathComponent(name).path
  }

  private static let folder: URL = {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/make_media.sh").path
    guard let digest = try? FileDigest.sha256(ofFile: script) else { fatalError("cannot read \(script)") }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kapao-video-media-\(digest.prefix(12))")
    if FileManager.default.fileExists(atPath: folder.path) { return folder }
    let fresh = folder.appendingPathExtension("\(ProcessInfo.processInfo.processIdentifier)")
    let result = run("bash", [script, fresh.path])
    guard result.status == 0 else { fatalError("cannot make test media: \(result.errors)") }
    try? FileManager.default.moveItem(at: fresh, to: folder)
    return folder
  }()

  /// A new empty folder, removed by the closure's end.
  package static func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kapao-video-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// A new empty folder, removed by the closure's end.
  package static func withFolder<R>(_ body: (URL) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kapao-video-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  /// `av.mp4` with AAC of which fifty packets are noise, and no header but the packets' own.
  package static func damagedAudio(in folder: URL) -> String {
    let (sound, output) = (
      folder.appendingPathComponent("sound.aac").path, folder.appendingPathComponent("in.nut").path
    )
    run("ffmpeg", ["-v", "error", "-i", path("av.mp4"), "-c", "copy", sound])
    run(
      "ffmpeg",
      ["-v", "error", "-i", path("av.mp4"), "-i", sound, "-map", "0:v", "-map", "1:a", "-c", "copy"]
        + ["-bsf:a", "noise=amount=between(n\\,100\\,149)", output])
    return output
  }

  /// Runs a tool and waits for it.
  @discardableResult
  package static func run(_ tool: String, _ arguments: [String]) -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let output = Pipe()
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("kapao-video-log-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: scratch.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: scratch) }
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: scratch.path)
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { return (127, "", "\(error)") }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let errors = (try? String(contentsOf: scratch, encoding: .utf8)) ?? ""
    return (process.terminationStatus, String(decoding: data, as: UTF8.self), errors)
  }

  /// The lines that ffprobe prints for the entries of a stream.
  package static func probe(
    _ path: String, stream: String = "v:0", entries: String, arguments: [String] = []
  ) -> [String] {
    run(
      "ffprobe",
      ["-v", "quiet", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0"] + arguments + [path]
    ).output.split(separator: "\n").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: ", \r")) }
  }

  /// The timestamps of the decoded frames as ffprobe sees them; nil where it has none.
  package static func timestamps(_ path: String) -> [Int64?] {
    probe(path, stream: "v:0", entries: "frame=best_effort_timestamp").filter { !$0.isEmpty }.map { Int64($0) }
  }
}
