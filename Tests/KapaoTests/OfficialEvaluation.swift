import Foundation
import Kapao

/// The official evaluations, which are Python programs: `KAPAO_PYTHON` names the interpreter, else it is `python3`.
enum OfficialEvaluation {
  /// The figures of the official tool, or `nil` and a note where it is not installed.
  static func figures(_ kind: String, annotations: String, results: String) throws -> [String: Double]? {
    let process = Process()
    let python = ProcessInfo.processInfo.environment["KAPAO_PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, Fixture.path("evaluation/official.py"), kind, annotations, results]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return try JSONDecoder().decode([String: Double].self, from: text)
    case 77, 127:
      print("skipped: the official evaluation of \(kind) is not installed for \(python)")
      return nil
    case let status: throw Failure(kind: kind, status: status)
    }
  }

  struct Failure: Error {
    let kind: String
    let status: Int32
  }
}
