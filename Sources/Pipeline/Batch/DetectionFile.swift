import Export
import Foundation
import Kapao
import Support

/// What a part was made of: parts that are put together have to agree in all but their number.
package struct DetectionPart: Codable, Hashable, Sendable {
  /// Which part, from 1.
  package var number: Int
  /// Of how many.
  package var count: Int
  /// The plan's identity, and with it the input's.
  package var plan: String
  /// The program.
  package var program: RunDescription.Program
  /// The network.
  package var model: RunDescription.Model
  /// All that decides what is detected, by the names of the options.
  package var settings: [String: RunDescription.SettingValue]
  /// Keypoints of a pose.
  package var keypoints: Int

  /// The name of its file.
  var fileName: String {
    let digits = String(count).count
    let padded = String(repeating: "0", count: max(0, digits - String(number).count)) + "\(number)"
    return "part-\(padded)-of-\(count).\(Self.fileExtension)"
  }

  static let fileExtension = "detections"

  /// How it differs from another part of the same video, in words; `nil` where it does not.
  func difference(from other: DetectionPart) -> String? {
    if program.version != other.program.version {
      return "was detected by another version of the program (\(program.version), not \(other.program.version))"
    }
    if plan != other.plan { return "is of another input, or has another length" }
    if model.sha256 != other.model.sha256 {
      return "was detected with another model (\(model.name), not \(other.model.name))"
    }
    if keypoints != other.keypoints || model != other.model {
      return "was detected with another network input or arithmetic"
    }
    let names = Set(settings.keys).union(other.settings.keys).sorted()
    return names.first { settings[$0] != other.settings[$0] }.map { "was detected with another value of \($0)" }
  }
}

/// Why parts cannot be put together, or a part not be read.
package struct DetectionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or folder.
  package let path: String
  /// What is wrong.
  package let reason: String
  /// Whether running the batch again helps: a part is missing.
  package var isTransient = false

  /// One line.
  package var description: String { "\(path): \(reason)" }
}

/// A frame of a part.
struct StoredFrame: Hashable, Sendable {
  /// Presentation time in the video's time base.
  var pts: Int64
  /// The people, weak ones included; `nil` where nobody was looked for.
  var poses: [Pose]?
}

/// The end of a part: what tells a whole file from one that was cut off.
struct DetectionTotals: Hashable, Sendable {
  var frames: Int64 = 0
  var framesDecoded: Int64 = 0
  var packetsFailed: Int64 = 0
  var framesCorrupt: Int64 = 0

  static let mark = Int64.max
  static let size = 6 * 8
}

/// Writes the detections of a part: a line of JSON, then frames in binary with exact times and coordinates, then totals.
///
/// A frame is its PTS, the number of people (−1 where nobody was looked for), and for each the box, the score and the
/// keypoints: x, y, confidence, and how it was found, with the box of the keypoint object if there was one. All numbers
/// have 32 bits but PTS and totals, which have 64, lowest byte first.
final class DetectionWriter: @unchecked Sendable {
  // @unchecked: used by one stage, and before and after it runs.

  private let file: StagedFile
  private var bytes: [UInt8] = []
  private var digest = Fingerprint()
  private var totals = DetectionTotals()

  /// - Throws: `OutputError`.
  init(_ path: String, _ part: DetectionPart) throws {
    file = try StagedFile(path: path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    bytes = [UInt8](try encoder.encode(part)) + [UInt8(ascii: "\n")]
  }

  func write(_ frame: StoredFrame) throws {
    totals.frames += 1
    add(frame.pts)
    add(Int32(frame.poses?.count ?? -1))
    for pose in frame.poses ?? [] {
      add(pose.box)
      add(pose.score)
      for keypoint in pose.keypoints {
        add(keypoint.x)
        add(keypoint.y)
        add(keypoint.confidence)
        add(Int32((keypoint.source == .keypointObject ? 1 : 0) + (keypoint.box == nil ? 0 : 2)))
        if let box = keypoint.box { add(box) }
      }
    }
    if bytes.count >= 1 << 16 { try flush() }
  }

  /// Completes the file and gives it its name.
  func finish(_ damage: (decoded: Int, failed: Int, corrupt: Int)) throws {
    for number in [
      DetectionTotals.mark, totals.frames, Int64(damage.decoded), Int64(damage.failed), Int64(damage.corrupt),
    ] {
      add(number)
    }
    digest.add(bytes)
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: digest.value >> ($0 * 8)) }
    try file.append(bytes)
    try file.finish()
  }

  func abandon() { file.abandon() }

  private func flush() throws {
    digest.add(bytes)
    try file.append(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private func add(_ box: Box) { for side in [box.x1, box.y1, box.x2, box.y2] { add(side) } }
  private func add(_ value: Float) { add(value.bitPattern) }

  private func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Reads the detections of a part, frame by frame.
final class DetectionReader {
  let path: String
  let part: DetectionPart
  private(set) var totals = DetectionTotals()
  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var place = 0
  private var digest = Fingerprint()
  private var frames: Int64 = 0

  /// Reads what the part is, and looks whether it is whole.
  ///
  /// - Throws: ``DetectionError``.
  init(_ path: String) throws {
    self.path = path
    let descriptor = FileSystem.open(path, O_RDONLY)
    guard descriptor >= 0 else { throw DetectionError(path: path, reason: String(cString: strerror(errno))) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let length = (try? file.seekToEnd()) ?? 0
    guard length > DetectionTotals.size, (try? file.seek(toOffset: length - UInt64(DetectionTotals.size))) != nil else {
      throw DetectionError(path: path, reason: "is cut off")
    }
    let end = (try? file.readToEnd()).map { [UInt8]($0) } ?? []
    guard end.count == DetectionTotals.size, Self.number(end[0..<8]) == DetectionTotals.mark else {
      throw DetectionError(path: path, reason: "is cut off")
    }
    let numbers = (1..<5).map { Self.number(end[$0 * 8..<$0 * 8 + 8]) }
    totals = DetectionTotals(
      frames: numbers[0], framesDecoded: numbers[1], packetsFailed: numbers[2], framesCorrupt: numbers[3])
    try? file.seek(toOffset: 0)
    var header: [UInt8] = []
    while header.last != UInt8(ascii: "\n") {
      guard header.count < 1 << 16, let byte = (try? file.read(upToCount: 1))?.first else {
        throw DetectionError(path: path, reason: "is no file of detections")
      }
      header.append(byte)
    }
    guard let part = try? JSONDecoder().decode(DetectionPart.self, from: Data(header)),
      (1...1000).contains(part.keypoints)
    else { throw DetectionError(path: path, reason: "is no file of detections") }
    self.part = part
    digest.add(header)
  }

  /// The next frame; `nil` at the end, where the sum is checked.
  ///
  /// - Throws: ``DetectionError``.
  func next() throws -> StoredFrame? {
    let pts = try number() as Int64
    guard pts != DetectionTotals.mark else {
      for _ in 0..<4 { _ = try number() as Int64 }
      digest.add(buffer[0..<place])
      buffer.removeSubrange(0..<place)
      place = 0
      guard try number() as UInt64 == digest.value, frames == totals.frames else {
        throw DetectionError(path: path, reason: "is damaged")
      }
      return nil
    }
    let count = Int(try number() as Int32)
    guard (-1...100_000).contains(count) else { throw DetectionError(path: path, reason: "is damaged") }
    frames += 1
    guard count >= 0 else { return StoredFrame(pts: pts, poses: nil) }
    return StoredFrame(pts: pts, poses: try (0..<count).map { _ in try pose() })
  }

  private func pose() throws -> Pose {
    let (box, score) = (try box(), try float())
    var keypoints: [Keypoint] = []
    keypoints.reserveCapacity(part.keypoints)
    for _ in 0..<part.keypoints {
      let (x, y, confidence) = (try float(), try float(), try float())
      let kind = try number() as Int32
      keypoints.append(
        Keypoint(
          x: x, y: y, confidence: confidence, source: kind & 1 == 1 ? .keypointObject : .pose,
          box: kind & 2 == 2 ? try self.box() : nil))
    }
    return Pose(box: box, score: score, keypoints: keypoints)
  }

  private func box() throws -> Box { Box(x1: try float(), y1: try float(), x2: try float(), y2: try float()) }
  private func float() throws -> Float { Float(bitPattern: try number()) }

  private func number<Number: FixedWidthInteger>() throws -> Number {
    let size = MemoryLayout<Number>.size
    if buffer.count - place < size {
      digest.add(buffer[0..<place])
      buffer.removeSubrange(0..<place)
      place = 0
      while buffer.count < size, let piece = try? file.read(upToCount: 1 << 18), !piece.isEmpty {
        buffer += piece
      }
      guard buffer.count >= size else { throw DetectionError(path: path, reason: "is cut off") }
    }
    defer { place += size }
    return buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Number.self) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
    bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
  }
}
