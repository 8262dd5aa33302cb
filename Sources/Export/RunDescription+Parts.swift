import Kapao

extension RunDescription {
  /// The program that ran.
  public struct Program: Codable, Hashable, Sendable {
    /// The program's name.
    public var name: String
    /// Its version.
    public var version: String

    /// A program by name and version.
    public init(name: String = "kapao-video", version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The video, as libav described it.
  public struct Source: Codable, Hashable, Sendable {
    /// The file or address as the user gave it, without user name and password.
    public var name: String
    /// Frames per second as a fraction, for example `30000/1001`; `nil` where the source states none.
    public var frameRate: String?
    /// Seconds per unit of the column `pts`, as a fraction, for example `1/90000`.
    public var timeBase: String
    /// Width of the upright picture in pixels.
    public var width: Int
    /// Height of the upright picture in pixels.
    public var height: Int
    /// Degrees clockwise by which the stored picture was turned to be upright: 0, 90, 180 or 270.
    public var rotation: Int
    /// Seconds; `nil` where the source does not say, as in live streams.
    public var duration: Double?

    /// A video; user name and password are taken out of an address.
    public init(
      name: String, frameRate: String?, timeBase: String, size: ImageSize, rotation: Int = 0, duration: Double? = nil
    ) {
      self.name = Self.withoutCredentials(name)
      self.frameRate = frameRate
      self.timeBase = timeBase
      width = size.width
      height = size.height
      self.rotation = rotation
      self.duration = duration
    }

    private static func withoutCredentials(_ name: String) -> String {
      guard let scheme = name.range(of: "://") else { return name }
      let authority = name[scheme.upperBound...].prefix { !"/?#".contains($0) }
      guard let at = authority.lastIndex(of: "@") else { return name }
      return String(name[..<scheme.upperBound] + name[name.index(after: at)...])
    }
  }

  /// The network.
  public struct Model: Codable, Hashable, Sendable {
    /// The model's name or file.
    public var name: String
    /// SHA-256 of the file, in hexadecimal.
    public var sha256: String?
    /// The architecture, for example `kapao-s`.
    public var architecture: String
    /// Longest side of the network's input in pixels.
    public var inputSize: Int?
    /// The library that computed, for example `onednn`.
    public var backend: String?
    /// Its arithmetic, for example `int8`.
    public var precision: String?

    /// A network.
    public init(
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
  public struct SkeletonNames: Codable, Hashable, Sendable {
    /// The data set's name.
    public var name: String
    /// The keypoints' names, in the order of the columns.
    public var keypoints: [String]

    /// The names of a skeleton.
    public init(_ skeleton: Skeleton) {
      name = skeleton.name
      keypoints = skeleton.keypointNames
    }
  }

  /// What a run came to.
  public struct Totals: Codable, Hashable, Sendable {
    /// Frames written.
    public var frames: Int
    /// Frames in which people were looked for, where that is not all.
    public var detectedFrames: Int?
    /// People found, all frames together.
    public var people: Int
    /// Packets and frames that could not be decoded.
    public var damaged: Int
    /// Whether the run was interrupted before the source's end.
    public var interrupted: Bool

    /// The totals of a run.
    public init(
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
