import CZlib
import Foundation
import Kapao
import Support

/// Writes what an evaluation found. A file appears when it is complete.
package enum EvaluationFile {
  /// People of an image that an evaluation server takes.
  private static let mostSubmitted = COCOKeypointEvaluator.mostResultsPerImage

  /// Results in COCO's format; under a name that ends in `.zip`, as an archive with a JSON of the same name, as
  /// evaluation servers take it, with the 20 best people of each image.
  ///
  /// - Throws: `OutputError`.
  package static func write(_ results: [COCOResult], to path: String) throws {
    guard path.lowercased().hasSuffix(".zip") else { return try COCOResult.write(results, to: path) }
    var counts: [Int: Int] = [:]
    let best = results.sorted { $0.score > $1.score }.filter { result in
      counts[result.imageID, default: 0] += 1
      return counts[result.imageID]! <= mostSubmitted
    }
    let name = path.split(separator: "/").last.map { $0.dropLast(4) + ".json" } ?? "results.json"
    let ordered = best.sorted { ($0.imageID, $1.score) < ($1.imageID, $0.score) }
    try AtomicFile.write(ZipFile(name: name, content: json(ordered)).bytes, to: path)
  }

  /// A value as JSON.
  ///
  /// - Throws: `OutputError`.
  package static func write(_ value: some Encodable, to path: String) throws {
    try AtomicFile.write(json(value), to: path)
  }

  /// Text, such as SVG or HTML.
  ///
  /// - Throws: `OutputError`.
  package static func write(text: String, to path: String) throws {
    try AtomicFile.write(text.utf8, to: path)
  }

  private static func json(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(value)
  }
}

/// A ZIP archive with one file in it.
private struct ZipFile {
  let name: String
  let content: Data

  var bytes: [UInt8] {
    let packed = deflated
    let sum = content.withUnsafeBytes { bytes in
      crc32(0, bytes.bindMemory(to: UInt8.self).baseAddress, UInt32(bytes.count))
    }
    let nameBytes = Array(name.utf8)
    // Version 2.0, names in UTF-8, deflate, 1980-01-01 00:00.
    let common: [UInt8] =
      little(20, 2) + little(0x800, 2) + little(8, 2) + little(0, 2) + little(0x21, 2) + little(Int(sum), 4)
      + little(packed.count, 4) + little(content.count, 4) + little(nameBytes.count, 2) + little(0, 2)
    let local = [0x50, 0x4B, 3, 4] + common + nameBytes + packed
    let central: [UInt8] =
      [0x50, 0x4B, 1, 2] + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4)
      + little(0, 4) + nameBytes
    let end: [UInt8] =
      [0x50, 0x4B, 5, 6] + little(0, 4) + little(1, 2) + little(1, 2) + little(central.count, 4)
      + little(local.count, 4) + little(0, 2)
    return local + central + end
  }

  private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private var deflated: [UInt8] {
    var stream = z_stream()
    guard kapao_deflate_init_raw(&stream) == Z_OK else { fatalError("zlib has no memory for its tables") }
    defer { deflateEnd(&stream) }
    var source = [UInt8](content)
    return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(source.count)))) { target, count in
      source.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        // The bound is enough for all in one call.
        precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      }
      count = Int(stream.total_out)
    }
  }
}
