import Analysis
import Foundation
import Support

/// Files about courts: plans, points of a picture, calibrations.
package enum CourtFile {
  /// Reads a calibration that `write` wrote.
  ///
  /// - Throws: `AnalysisError`, `InputError`.
  package static func read(_ path: String) throws -> CourtCalibration {
    let calibration = try decode(CourtCalibration.self, path)
    guard calibration.format == "kapao-court/1", calibration.imageSize.count == 2, !calibration.landmarks.isEmpty,
      Homography(rows: calibration.homography.rows) != nil, calibration.court.width > 0, calibration.court.length > 0
    else { throw AnalysisError("\(path) is not a file of kapao-video court fit") }
    return calibration
  }

  /// Writes a calibration as JSON.
  ///
  /// - Throws: `OutputError`.
  package static func write(_ calibration: CourtCalibration, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](try encoder.encode(calibration) + Data("\n".utf8)), to: path)
  }

  /// A court that is known by name, or the plan in a file: the `court` of a calibration or a plan by itself.
  ///
  /// - Throws: `AnalysisError`.
  package static func court(_ name: String) throws -> Court {
    if let court = Court.known[name] { return court }
    guard FileManager.default.fileExists(atPath: name) else {
      throw AnalysisError(
        "there is no court \(name): name a file, or \(Court.known.keys.sorted().joined(separator: ", "))")
    }
    let court: Court
    if let calibration = try? decode(CourtCalibration.self, name) {
      court = calibration.court
    } else {
      court = try decode(Court.self, name)
    }
    guard court.width > 0, court.length > 0, court.width.isFinite, court.length.isFinite else {
      throw AnalysisError("\(name): a court has a width and a length in metres")
    }
    return court
  }

  /// Reads `name,x,y` in pixels, with the place on the court in metres where the plan does not have the name.
  ///
  /// - Throws: `AnalysisError` naming the line.
  package static func landmarks(_ path: String, court: Court) throws -> [CourtCalibration.Landmark] {
    let reader = try LineReader(path: path)
    var landmarks: [CourtCalibration.Landmark] = []
    var number = 0
    while let line = try reader.next() {
      number += 1
      let fields = try CSVFields.trimmed(line, number, of: path)
      if fields == [""] || number == 1 && fields.prefix(3) == ["name", "x", "y"] { continue }
      func fail(_ what: String) -> AnalysisError { AnalysisError("\(path), line \(number): \(what)") }
      let values = fields.dropFirst().map { Double($0) }
      guard fields.count == 3 || fields.count == 5, values.allSatisfy({ $0?.isFinite ?? false }) else {
        throw fail("expected name,x,y in pixels, or name,x,y and the place on the court in metres")
      }
      let numbers = values.compactMap { $0 }
      guard let place = numbers.count == 4 ? Point2(numbers[2], numbers[3]) : court.landmarks[fields[0]] else {
        throw fail(
          "\(court.name) has no point \(fields[0]); it has \(court.landmarks.keys.sorted().joined(separator: ", "))")
      }
      guard !landmarks.contains(where: { $0.name == fields[0] }) else { throw fail("\(fields[0]) is there twice") }
      landmarks.append(.init(name: fields[0], pixel: Point2(numbers[0], numbers[1]), court: place))
    }
    return landmarks
  }

  private static func decode<T: Decodable>(_ type: T.Type, _ path: String) throws -> T {
    let data = Data(try FileSystem.read(path))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(type, from: data)
    } catch {
      throw AnalysisError("\(path) is no plan of a court and no calibration")
    }
  }
}
