import Foundation
import Kapao
import Support

/// The side-car of an export: what was processed, with what model and settings, and whether the run came to its end.
///
/// It is written once before the first row, with neither `ended` nor `totals`, and again when the run is over; a
/// side-car without `totals` therefore belongs to a run that was cut short. Keys in the file are in snake case.
package struct RunDescription: Codable, Hashable, Sendable {
  /// The program that ran.
  package var program: Program
  /// The video.
  package var source: Source
  /// The network.
  package var model: Model
  /// The keypoints, in the order of the columns.
  package var skeleton: SkeletonNames
  /// All thresholds and settings of the run, by the names of their options.
  package var settings: [String: SettingValue]
  /// When the run started.
  package var started: Date
  /// When the run ended; `nil` while it goes on.
  package var ended: Date?
  /// What the run came to; `nil` while it goes on.
  package var totals: Totals?

  /// A run that starts.
  package init(
    program: Program, source: Source, model: Model, skeleton: Skeleton, settings: [String: SettingValue],
    started: Date
  ) {
    self.program = program
    self.source = source
    self.model = model
    self.skeleton = SkeletonNames(skeleton)
    self.settings = settings
    self.started = started
  }

  /// The side-car's path for an export: `poses.json` beside `poses.csv`, `poses.json.run.json` beside `poses.json`;
  /// `nil` for what is no file: standard output, a pipe, a device.
  package static func path(beside export: String) -> String? {
    guard OutputPlace(export).file != nil else { return nil }
    let url = URL(fileURLWithPath: export)
    guard url.pathExtension.lowercased() != "json" else { return export + ".run.json" }
    return url.pathExtension.isEmpty ? export + ".json" : export.dropLast(url.pathExtension.count) + "json"
  }

  /// The side-car's path for an export, if there is a file.
  package static func existingPath(beside export: String) -> String? {
    path(beside: export).flatMap { FileSystem.exists($0) ? $0 : nil }
  }

  /// The description as JSON, keys in alphabetical order, with a line end.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// A description from its JSON.
  package init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.dateDecodingStrategy = .iso8601
    self = try decoder.decode(RunDescription.self, from: json)
  }

  /// Writes the description under a temporary name in the same folder and renames it, so that a reader sees the old
  /// file or the new one, never a part.
  ///
  /// - Throws: `OutputError` naming the path.
  package func write(to path: String) throws {
    try AtomicFile.write([UInt8](try json()), to: path)
  }
}

extension RunDescription {
  /// The program that ran.
  package struct Program: Codable, Hashable, Sendable {
    /// The program's name.
    package var name: String
    /// Its version.
    package var version: String

    /// A program by name and version.
    package init(name: String = "kapao-video", version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The video, as libav described it.
  package struct Source: Codable, Hashable, Sendable {
    /// The file or address as the user gave it, without user name and password.
    package var name: String
    /// Frames per second as a fraction, for example `30000/1001`; `nil` where the source states none.
    package var frameRate: String?
    /// Seconds per unit of the column `pts`, as a fraction, for example `1/90000`.
    package var timeBase: String
    /// Width of the upright frame in pixels.
    package var width: Int
    /// Height of the upright frame in pixels.
    package var height: Int
    /// Degrees clockwise by which the stored picture was turned to be upright: 0, 90, 180 or 270.
    package var rotation: Int
    /// Seconds; `nil` where the source does not say, as in live streams.
    package var duration: Double?
    /// Frames a second at which the camera recorded, where the file says so: more than `frameRate` is slow motion.
    package var captureRate: Double?

    /// A video; user name and password are taken out of an address.
    package init(
      name: String, frameRate: String?, timeBase: String, size: ImageSize, rotation: Int = 0, duration: Double? = nil,
      captureRate: Double? = nil
    ) {
      self.captureRate = captureRate
      self.name = Self.withoutCredentials(name)
      self.frameRate = frameRate
      self.timeBase = timeBase
      width = size.width
      height = size.height
      self.rotation = rotation
      self.duration = duration
    }

    /// How many times slower than the scene the video plays, by what the camera wrote; `nil` where it does not.
    package var slowMotion: Double? {
      guard let captureRate, let parts = frameRate?.split(separator: "/").compactMap({ Double($0) }), parts.count == 2,
        parts[1] > 0
      else { return nil }
      let factor = captureRate / (parts[0] / parts[1])
      return factor > 1.5 ? (factor * 2).rounded() / 2 : nil
    }

    private static func withoutCredentials(_ name: String) -> String {
      guard let scheme = name.range(of: "://") else { return name }
      let authority = name[scheme.upperBound...].prefix { !"/?#".contains($0) }
      guard let at = authority.lastIndex(of: "@") else { return name }
      return String(name[..<scheme.upperBound] + name[name.index(after: at)...])
    }
  }

  /// The network.
  package struct Model: Codable, Hashable, Sendable {
    /// The model's name or file.
    package var name: String
    /// SHA-256 of the file, in hexadecimal.
    package var sha256: String?
    /// The architecture, for example `kapao-s`.
    package var architecture: String
    /// Longest side of the network's input in pixels.
    package var inputSize: Int?
    /// The library that computed, for example `onednn`.
    package var backend: String?
    /// Its arithmetic, for example `int8`.
    package var precision: String?

    /// A network.
    package init(
      name: String, sha256: String? = nil, architecture: String, inputSize: Int? = nil, backend: String? = nil,
      precision: String? = nil
    ) {
      self.name = name
      self.sha256 = sha256
      self.architecture = architecture
      self.inputSize = inputSize
      self.backend = backend
      self.precision = precision
    }
  }

  /// The skeleton's names.
  package struct SkeletonNames: Codable, Hashable, Sendable {
    /// The data set's name.
    package var name: String
    /// The keypoints' names, in the order of the columns.
    package var keypoints: [String]

    /// The names of a skeleton.
    package init(_ skeleton: Skeleton) {
      name = skeleton.name
      keypoints = skeleton.keypointNames
    }
  }

  /// What a run came to.
  package struct Totals: Codable, Hashable, Sendable {
    /// Frames written.
    package var frames: Int
    /// Frames with detection, where that is not all.
    package var detectedFrames: Int?
    /// People found, all frames together.
    package var people: Int
    /// Packets and frames that could not be decoded.
    package var damaged: Int
    /// Whether the run was interrupted before the source's end.
    package var interrupted: Bool

    /// The totals of a run.
    package init(
      frames: Int, detectedFrames: Int? = nil, people: Int, damaged: Int, interrupted: Bool = false
    ) {
      self.frames = frames
      self.detectedFrames = detectedFrames
      self.people = people
      self.damaged = damaged
      self.interrupted = interrupted
    }
  }
}

extension RunDescription {
  /// The value of a setting.
  package enum SettingValue: Codable, Hashable, Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByStringLiteral
  {
    /// On or off.
    case flag(Bool)
    /// A number, in seconds or pixels where it has a unit.
    case number(Double)
    /// A name.
    case text(String)
    /// Several numbers.
    case numbers([Double])

    /// A number.
    package init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    package init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// On or off.
    package init(booleanLiteral value: Bool) { self = .flag(value) }
    /// A name.
    package init(stringLiteral value: String) { self = .text(value) }

    /// The value from its JSON.
    package init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Bool.self) {
        self = .flag(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode([Double].self) {
        self = .numbers(value)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    /// The value as plain JSON.
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .flag(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .text(let value): try container.encode(value)
      case .numbers(let values): try container.encode(values)
      }
    }
  }
}
