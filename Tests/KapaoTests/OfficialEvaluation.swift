import Foundation
import Kapao

/// The official evaluations, which are Python programs: `KAPAO_PYTHON` names the interpreter, else it is `python3`.
enum OfficialEvaluation: String {
  case coco
  case crowdPose = "crowdpose"

  private static let python = ProcessInfo.processInfo.environment["KAPAO_PYTHON"] ?? "python3"

  /// Whether COCO's tool can be used.
  static let hasCOCO = (try? coco.run([]).status) == 0
  /// Whether CrowdPose's tool can be used.
  static let hasCrowdPose = (try? crowdPose.run([]).status) == 0

  /// The figures of the official tool for two files.
  func figures(annotations: String, results: String) throws -> [String: Double] {
    let (status, output) = try run([annotations, results])
    guard status == 0 else { throw Failure(tool: self, status: status) }
    return try JSONDecoder().decode([String: Double].self, from: output)
  }

  private func run(_ files: [String]) throws -> (status: Int32, output: Data) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [Self.python, Fixture.path("evaluation/official.py"), rawValue] + files
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  struct Failure: Error {
    let tool: OfficialEvaluation
    let status: Int32
  }
}
