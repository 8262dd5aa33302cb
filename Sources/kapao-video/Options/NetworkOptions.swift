import ArgumentParser
import Foundation
import Inference
import Kapao
import Pipeline

extension Backend: ExpressibleByArgument {}
extension CoreUse: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// The network and how it is computed.
struct NetworkOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "Model file (.safetensors, or an official .pt checkpoint). Default: $KAPAO_MODEL, then the model that ships.")
  var model: String?

  @Option(
    help:
      "Longest side of the network's input in pixels; smaller is faster, larger finds smaller people. Default: 640 for KAPAO-N, 1024 for larger networks."
  )
  var size: Int?

  @Option(help: "Library that computes the network: onednn or openblas.")
  var backend: Backend = .oneDNN

  @Option(
    help:
      "Arithmetic: fp32, or int8, about three times faster, for calibrated models. Default: int8 where the model is calibrated."
  )
  var precision: Precision?

  @Flag(help: "Test-time augmentation: three scales, one flipped. About four times slower, a little more accurate.")
  var tta = false

  @Option(help: "Threads of the network, and for files as many each of decoder and encoder. Default: one per core.")
  var threads: Int?

  func validate() throws {
    if let size { try Self.check("--size", size) }
    if let threads, !(1...512).contains(threads) { throw ValidationError("--threads must be between 1 and 512.") }
  }

  /// Checks a side of the network's input in pixels.
  static func check(_ option: String, _ side: Int) throws {
    guard (64...8192).contains(side) else { throw ValidationError("\(option) must be between 64 and 8192.") }
  }

  /// Path of the model file.
  func path() throws -> String { try model ?? DefaultModel.path() }

  /// The longest side of the input for an architecture.
  func inputSize(_ architecture: Architecture, preset: Preset? = nil) -> Int {
    size ?? preset?.inputSize ?? architecture.usualInputSize
  }

  /// The network of live streams.
  func settings(preset: Preset?) throws -> NetworkSettings {
    var settings = NetworkSettings(model: try path(), threads: threadCount)
    settings.inputSize = size ?? preset?.inputSize
    settings.backend = backend
    settings.precision = precision
    return settings
  }

  /// Threads of the network.
  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}
