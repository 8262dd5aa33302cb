import Foundation
import Support

/// A KAPAO network's architecture and weights.
///
/// Batch normalisation is folded into the convolutions. Tensors have the official names, `model.<layer>.….conv.weight`
/// and `.bias`, in the detection head `model.33.m.<grid>.weight` and `.bias`; weights are output channels × input
/// channels × height × width.
public struct Model: Sendable, Equatable {
  /// Which network the weights belong to.
  public let architecture: Architecture
  /// Weights and biases by name: all that the architecture has, of the right shape, and no other.
  package let tensors: [String: Tensor]
  /// The model's name, for example `kapao_s_coco`.
  public var name: String
  /// The licence of the weights, for example `GPL-3.0`, where it is known.
  public var licence: String?
  /// The thresholds that its makers recommend, if any.
  public var preset: Preset?

  /// Side in pixels of the crops in which the network finds a single person best, in a second look, as its makers measured
  /// it; `nil` where they did not.
  package var cropSize: Int?

  /// For each convolution with an activation the values that it gives, where the model is calibrated for int8; else empty.
  package private(set) var activationRanges: [String: ActivationRange] = [:]

  /// A model from its parts.
  ///
  /// - Throws: `WeightsError` where `tensors` are not those of the architecture.
  package init(architecture: Architecture, tensors: [String: Tensor], name: String, licence: String? = nil) throws {
    var unknown = Set(tensors.keys)
    for convolution in architecture.definition.convolutions {
      for (part, shape) in [("weight", convolution.shape), ("bias", [convolution.shape[0]])] {
        let name = "\(convolution.name).\(part)"
        guard let tensor = tensors[name] else { throw WeightsError.missing(name) }
        guard tensor.shape == shape else {
          throw WeightsError.shape(name, expected: shape, found: tensor.shape)
        }
        unknown.remove(name)
      }
    }
    if let name = unknown.min() { throw WeightsError.unknown(name) }
    self.architecture = architecture
    self.tensors = tensors
    self.name = name
    self.licence = licence
  }

  /// `cropSize`, else what was measured for the smallest architecture; `nil` for others.
  package var recommendedCropSize: Int? { cropSize ?? (architecture.widthMultiple <= 0.25 ? 256 : nil) }

  /// `recommendedCropSize`, else half of what larger networks are given for a picture.
  package var usualCropSize: Int { recommendedCropSize ?? 512 }

  /// Whether it can be computed in int8.
  package var isCalibrated: Bool { !activationRanges.isEmpty }

  /// The same model, calibrated for int8.
  ///
  /// - Throws: `WeightsError` where a convolution with an activation has no range or one of another number of channels.
  package func calibrated(_ ranges: [String: ActivationRange]) throws -> Model {
    var model = self
    model.activationRanges = [:]
    for convolution in architecture.definition.convolutions where convolution.isNormalised {
      let name = "\(convolution.name).range"
      guard let range = ranges[convolution.name] else { throw WeightsError.missing(name) }
      guard range.low.count == convolution.outputs else {
        throw WeightsError.shape(name, expected: [2, convolution.outputs], found: [2, range.low.count])
      }
      model.activationRanges[convolution.name] = range
    }
    return model
  }
}

/// Model files: safetensors, with the architecture in the header's texts.
extension Model {
  /// How the weights are stored in a file; raw values are those of `--weights`.
  package enum StoredWeights: String, CaseIterable, Sendable {
    /// Half precision: half the size, each weight rounded to 11 bits.
    case fp16
    /// Single precision: the weights as they are.
    case fp32
  }

  /// The value of the header's `format`.
  static let format = "kapao-video/1"
  /// Sides of crops that can be recommended, in pixels.
  package static let cropSizes = 64...2048
  /// Ends the names of the tensors that hold a convolution's range: the lowest and the highest value of each channel.
  private static let rangeSuffix = ".range"

  /// Reads the model at `path`: a model file of this program or an official PyTorch checkpoint, told apart by content.
  ///
  /// - Throws: `ModelError` with one clear reason.
  public static func load(_ path: String) throws -> Model {
    guard FileSystem.isFile(path) || !FileSystem.exists(path) else {
      throw ModelError.unreadable(path: path, reason: "not a regular file")
    }
    // Weights are half as large in the file as in memory, and while they are read they are there in both.
    guard MemoryLimit.allows(3 * Int(FileSystem.status(path)?.st_size ?? 0)) else {
      throw ModelError.outOfMemory(path: path)
    }
    let bytes = try ModelError.reading(path)
    let name = FileName.readable(URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent)
    do {
      return try Model(bytes, name: name)
    } catch {
      throw ModelError.invalid(path: path, reason: "\(error)")
    }
  }

  /// Reads the bytes of a model file or of an official checkpoint, which gets `name` as it has none of its own.
  package init(_ bytes: [UInt8], name: String) throws {
    if ZipArchive.canBe(bytes) {
      self = try CheckpointImporter(Checkpoint(bytes)).model(named: name)
    } else if let kind = ForeignFile.kind(bytes) {
      throw CheckpointError.other(kind)
    } else {
      try self.init(Safetensors(bytes), name: name)
    }
  }

  private init(_ file: Safetensors, name: String) throws {
    guard file.metadata["format"] == Self.format, let text = file.metadata["architecture"] else {
      throw SafetensorsError.malformed("its header does not say format \(Self.format) and the architecture")
    }
    let architecture: Architecture
    do {
      architecture = try JSONDecoder().decode(Architecture.self, from: Data(text.utf8))
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      throw SafetensorsError.malformed(context.debugDescription)
    } catch {
      throw SafetensorsError.malformed("the architecture in its header cannot be read")
    }
    var tensors: [String: Tensor] = [:]
    var ranges: [String: ActivationRange] = [:]
    for name in file.entries.keys {
      let tensor = try file.tensor(name)
      if name.hasSuffix(Self.rangeSuffix) {
        ranges[String(name.dropLast(Self.rangeSuffix.count))] = try Self.range(tensor, name)
      } else {
        tensors[name] = tensor
      }
    }
    try self.init(
      architecture: architecture, tensors: tensors, name: file.metadata["name"] ?? name,
      licence: file.metadata["licence"])
    if !ranges.isEmpty { self = try calibrated(ranges) }
    preset = file.metadata["preset"].flatMap(Preset.init)
    cropSize = file.metadata["crop_size"].flatMap(Int.init).flatMap { Self.cropSizes.contains($0) ? $0 : nil }
  }

  private static func range(_ tensor: Tensor, _ name: String) throws -> ActivationRange {
    let channels = tensor.shape.last ?? 0
    guard tensor.shape == [2, channels] else {
      throw WeightsError.shape(name, expected: [2, channels], found: tensor.shape)
    }
    let range = ActivationRange(low: Array(tensor.values[..<channels]), high: Array(tensor.values[channels...]))
    guard (range.low + range.high).allSatisfy({ abs($0) < 1e6 }) else {
      throw SafetensorsError.malformed("\(name) holds no usable numbers")
    }
    return range
  }

  /// Writes the model to `path`, under a temporary name until it is complete.
  ///
  /// - Returns: what rounding to half precision did to the weights.
  /// - Throws: `OutputError`.
  @discardableResult
  package func save(_ path: String, weights: StoredWeights = .fp16) throws -> HalfRounding {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var metadata = ["format": Self.format, "name": name]
    metadata["architecture"] = String(decoding: try encoder.encode(architecture), as: UTF8.self)
    metadata["licence"] = licence
    metadata["preset"] = preset?.rawValue
    metadata["crop_size"] = cropSize.map(String.init)
    var writer = SafetensorsWriter(metadata: metadata)
    for convolution in architecture.definition.convolutions {
      for part in ["weight", "bias"] {
        let name = "\(convolution.name).\(part)"
        switch weights {
        case .fp16: writer.addHalf(name, tensors[name]!)
        case .fp32: writer.add(name, tensors[name]!)
        }
      }
      if let range = activationRanges[convolution.name] {
        let tensor = Tensor(shape: [2, range.low.count], values: range.low + range.high)
        writer.add(convolution.name + Self.rangeSuffix, tensor)
      }
    }
    try writer.write(to: path)
    return writer.rounding
  }
}

/// Why a model file could not be used.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// The file could not be read.
  case unreadable(path: String, reason: String)
  /// The file is neither a model of this program nor an official checkpoint, or it is damaged.
  case invalid(path: String, reason: String)
  /// There is too little memory for the model.
  case outOfMemory(path: String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read the model \(path): \(reason)"
    case .invalid(let path, let reason): "cannot use the model \(path): \(reason)"
    case .outOfMemory(let path): "cannot read the model \(path): too little memory"
    }
  }

  /// The content of a model file.
  static func reading(_ path: String) throws(ModelError) -> [UInt8] {
    do { return try FileSystem.read(path) } catch { throw .unreadable(path: path, reason: error.reason) }
  }
}

/// Why tensors are not the weights of an architecture.
package enum WeightsError: Error, Equatable, CustomStringConvertible {
  /// A tensor that the architecture needs is not there.
  case missing(String)
  /// A tensor has another shape than the architecture gives it.
  case shape(String, expected: [Int], found: [Int])
  /// A tensor that the architecture does not have.
  case unknown(String)

  /// One line for the user.
  package var description: String {
    switch self {
    case .missing(let name): "the tensor \(name) is missing"
    case .shape(let name, let expected, let found): "the tensor \(name) should have the shape \(expected), not \(found)"
    case .unknown(let name): "the tensor \(name) does not belong to the architecture"
    }
  }
}

/// What a file is that was taken for a model.
enum ForeignFile {
  /// A few words for the user; nil where its beginning does not tell.
  static func kind(_ bytes: [UInt8]) -> String? {
    guard !bytes.isEmpty else { return "an empty file" }
    for (beginning, kind) in beginnings where bytes.starts(with: beginning) { return kind }
    // An old checkpoint is a pickle of a number that stands for itself.
    if bytes.starts(with: [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc]) {
      return "a checkpoint of PyTorch before 1.6; save it anew with a later one"
    }
    // The end of the piece may be in the middle of a character.
    let start = bytes.prefix(512)
    guard let text = String(validating: start.prefix(start.count - (start.count < 512 ? 0 : 4)), as: UTF8.self),
      text.unicodeScalars.allSatisfy({ $0.value >= 32 || "\t\n\r\u{C}".unicodeScalars.contains($0) })
    else { return nil }
    let words = text.trimmingPrefix { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
    if words.hasPrefix("version https://git-lfs") {
      return "a pointer of Git LFS and not the file; `git lfs pull` gets it"
    }
    if words.hasPrefix("<!doctype html") || words.hasPrefix("<html") {
      return "an HTML page; what was downloaded is not the file but a page about it"
    }
    return "a text file"
  }

  private static let beginnings: [([UInt8], String)] = [
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file (Keras)"),
    ([0x1f, 0x8b], "compressed with gzip; unpack it first"),
    ([0x42, 0x5a, 0x68], "compressed with bzip2; unpack it first"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "compressed with xz; unpack it first"),
    ([0x89, 0x50, 0x4e, 0x47], "a picture"), ([0xff, 0xd8, 0xff], "a picture"), (Array("GGUF".utf8), "a GGUF file"),
    (Array("\u{8}\u{7}\u{12}".utf8), "an ONNX file"), (Array("\u{8}\u{8}\u{12}".utf8), "an ONNX file"),
  ]
}
