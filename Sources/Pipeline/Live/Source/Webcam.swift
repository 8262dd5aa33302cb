import Foundation

/// A camera of this machine.
package struct Webcam: Hashable, Sendable {
  /// The device, such as `/dev/video0`.
  package let path: String
  /// The name that the driver gives it.
  package let name: String

  /// The cameras that the system lists, by path.
  ///
  /// - Parameter folder: Where the kernel lists them.
  package static func all(in folder: String = "/sys/class/video4linux") -> [Webcam] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.filter { $0.hasPrefix("video") }
      .sorted { (Int($0.dropFirst(5)) ?? 0) < (Int($1.dropFirst(5)) ?? 0) }
      .map { entry in
        let name = try? String(contentsOfFile: "\(folder)/\(entry)/name", encoding: .utf8)
        return Webcam(
          path: "/dev/\(entry)", name: name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? entry)
      }
  }

  /// The device of the camera with a name, or a part of it; a path stays as it is.
  static func path(_ name: String) throws(LiveSourceError) -> String {
    if name.hasPrefix("/") { return name }
    let cameras = all()
    let found =
      cameras.first { $0.name == name } ?? cameras.first { $0.name.localizedCaseInsensitiveContains(name) }
    guard let found else { throw .noWebcam(name: name, known: cameras.map(\.name)) }
    return found.path
  }
}
