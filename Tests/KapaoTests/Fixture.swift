import Foundation

/// Files that ship with the tests.
enum Fixture {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// The path of a file in Tests/Fixtures.
  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// The bytes of a file in Tests/Fixtures.
  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// The paths, below Tests/Fixtures, of the files in one of its folders.
  static func files(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted().map { "\(name)/\($0)" }
  }

  /// Calls `body` with the path of a folder that is removed afterwards.
  static func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kapao-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }
}
