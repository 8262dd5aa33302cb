import Export
import Foundation
import Support
import VideoIO

/// What a result was made of and what belongs to it. It is written last, so that a result with a manifest is whole.
struct BatchManifest: Codable {
  /// A file that was read, or a URL.
  struct Input: Codable, Hashable {
    /// As it was given, without credentials.
    var name: String
    /// Bytes; of a folder, those of its files.
    var size: Int?
    /// When it was last changed, in seconds since 1970.
    var modified: Double?
    /// SHA-256 of a file.
    var sha256: String?

    /// Looks at a file or folder, and does not read it.
    init(_ input: String) {
      name = FileName.readable(Redaction.shown(input))
      guard !input.contains("://"), let status = FileSystem.status(input) else { return }
      let files =
        FileSystem.isFolder(input)
        ? (FileSystem.names(in: input) ?? []).compactMap { FileSystem.status(FileName.path(input, $0)) } : [status]
      size = files.reduce(0) { $0 + Int($1.st_size) }
      modified = files.map { Double($0.st_mtim.tv_sec) + Double($0.st_mtim.tv_nsec) / 1e9 }.max()
    }

    /// Whether the input is still what it was: of the same size and time, or else of the same content.
    func isUnchanged(_ input: String) -> Bool {
      let now = Input(input)
      guard name == now.name, size == now.size else { return false }
      if let modified, let time = now.modified, abs(modified - time) < 1e-3 { return true }
      if modified == nil, now.modified == nil { return true }
      return sha256 != nil && sha256 == (try? FileDigest.sha256(ofFile: input))
    }
  }

  /// The network's file.
  struct Model: Codable, Hashable {
    var name: String
    var sha256: String
  }

  /// A file that was written, or the files of a folder with many.
  struct Output: Codable, Hashable {
    /// Below the folder of outputs; a folder ends with a slash.
    var path: String
    var files: Int?
    var size: Int
  }

  var program: RunDescription.Program
  var input: Input
  var model: Model
  /// The options of the run.
  var options: [String]
  /// SHA-256 of the other files that options name.
  var files: [String: String]
  var outputs: [Output]
  var frames: Int
  var exit: Int32
  var started: Date
  var ended: Date
  /// The most memory that the run had, in bytes.
  var memory: Int
  /// What the run printed at its end.
  var messages: [String]

  /// Where the manifest of a result is.
  static func path(_ name: String, in folder: String) -> String { FileName.path(folder, name + ".kapao.json") }

  /// Reads a manifest; `nil` where there is none that can be read.
  init?(_ name: String, in folder: String) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.dateDecodingStrategy = .iso8601
    guard let bytes = try? FileSystem.read(Self.path(name, in: folder)),
      let manifest = try? decoder.decode(Self.self, from: Data(bytes))
    else { return nil }
    self = manifest
  }

  init(
    video: BatchVideo, source: BatchSource, input: Input, outputs: [Output], ending: ChildProcess.Ending, started: Date
  ) {
    program = RunDescription.Program(version: KapaoVideo.version)
    self.input = input
    model = source.model
    options = video.options.map { FileName.readable(Redaction.redact($0)) }
    files = source.files
    self.outputs = outputs
    frames = ending.state.frames
    exit = ending.code
    self.started = started
    ended = Date()
    memory = ending.memory
    messages = ending.state.lines.filter { !$0.hasPrefix("Wrote ") }.map { FileName.readable($0) }
  }

  /// Writes it.
  ///
  /// - Throws: `OutputError`.
  func write(_ name: String, in folder: String) throws {
    try AtomicFile.write([UInt8](try Self.json(self)), to: Self.path(name, in: folder))
  }

  /// Values as JSON, as all files of a batch have them.
  static func json(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value) + Data("\n".utf8)
  }

  /// Whether a run with these options over this video would come to the same, and its outputs are all there.
  func matches(_ video: BatchVideo, _ source: BatchSource, in folder: String) -> Bool {
    program.version == KapaoVideo.version && exit == 0
      && options == video.options.map { FileName.readable(Redaction.redact($0)) }
      && model.sha256 == source.model.sha256 && files == source.files
      && outputs.allSatisfy { $0 == Self.output($0.path, in: folder) } && input.isUnchanged(video.input.input)
  }

  // MARK: - Outputs

  /// Files of one folder from which on they are counted together.
  private static let many = 100

  /// All that is in a folder.
  static func outputs(in root: String, below folder: String = "") -> [Output] {
    let names = (FileSystem.names(in: FileName.path(root, folder)) ?? []).sorted()
    if names.count > many, !folder.isEmpty { return [output(folder, in: root)].compactMap { $0 } }
    return names.flatMap { name in
      let path = folder + name
      if FileSystem.isFolder(FileName.path(root, path)) { return outputs(in: root, below: path + "/") }
      return [output(path, in: root)].compactMap { $0 }
    }
  }

  private static func output(_ path: String, in root: String) -> Output? {
    let place = FileName.path(root, path)
    if path.hasSuffix("/") {
      guard let names = FileSystem.names(in: place) else { return nil }
      let sizes = names.map { FileSystem.status(FileName.path(place, $0)).map { Int($0.st_size) } ?? 0 }
      return Output(path: path, files: names.count, size: sizes.reduce(0, +))
    }
    return FileSystem.status(place).map { Output(path: path, size: Int($0.st_size)) }
  }

  /// Removes the outputs that it lists, where `outputs` has no others for them.
  func removeOutputs(in folder: String, besides outputs: [Output]) {
    let kept = Set(outputs.map(\.path))
    for output in self.outputs {
      let place = FileName.path(folder, output.path)
      if output.path.hasSuffix("/") {
        for name in FileSystem.names(in: place) ?? [] { FileSystem.remove(FileName.path(place, name)) }
      } else if !kept.contains(output.path) {
        FileSystem.remove(place)
      }
    }
  }
}

/// What the results of a video depend on beside the video and its options: the files that these name.
struct BatchSource {
  let model: BatchManifest.Model
  /// SHA-256 of the others.
  var files: [String: String] = [:]
}

/// Looks up what results depend on; each file is read once.
final class BatchSources {
  private var digests: [String: String] = [:]

  /// - Parameter modelPath: The network's file.
  /// - Throws: `VideoError` where it cannot be read.
  func source(_ video: BatchVideo, modelPath: String) throws -> BatchSource {
    var source = BatchSource(
      model: .init(name: FileName.readable(FileName.last(of: modelPath)), sha256: try digest(modelPath)))
    for option in video.options {
      let value =
        option.hasPrefix("-") ? option.split(separator: "=", maxSplits: 1).dropFirst().first.map(String.init) : option
      if let value, value != modelPath, FileSystem.isFile(value) {
        source.files[FileName.readable(value)] = try digest(value)
      }
    }
    return source
  }

  private func digest(_ path: String) throws -> String {
    if let digest = digests[path] { return digest }
    let digest = try FileDigest.sha256(ofFile: path)
    digests[path] = digest
    return digest
  }
}
