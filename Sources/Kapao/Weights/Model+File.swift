import Foundation

/// Model files: safetensors, with the architecture in the header's texts.
extension Model {
  /// The value of the header's `format`.
  static let format = "kapao-video/1"
  /// Ends the names of the tensors that hold a convolution's range: the lowest and the highest value of each channel.
  private static let rangeSuffix = ".range"

  /// Reads the model at `path`: a model file of this program or an official PyTorch checkpoint, told apart by content.
  ///
  /// - Throws: `ModelError` with one clear reason.
  public static func load(_ path: String) throws -> Model {
    let bytes = try FileBytes.read(path)
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
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

  /// Writes the model to `path` in half precision, under a temporary name until it is complete.
  ///
  /// - Returns: what rounding did to the weights.
  /// - Throws: `ModelError.unwritable`.
  @discardableResult
  public func save(_ path: String) throws -> HalfRounding {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var metadata = ["format": Self.format, "name": name]
    metadata["architecture"] = String(decoding: try encoder.encode(architecture), as: UTF8.self)
    metadata["licence"] = licence
    metadata["preset"] = preset?.rawValue
    var writer = SafetensorsWriter(metadata: metadata)
    for convolution in architecture.definition.convolutions {
      for part in ["weight", "bias"] {
        let name = "\(convolution.name).\(part)"
        writer.addHalf(name, tensors[name]!)
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
