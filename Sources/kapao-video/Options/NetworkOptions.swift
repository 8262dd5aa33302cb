import ArgumentParser
import Inference
import Kapao
import Pipeline

extension Backend: ExpressibleByArgument {}
extension ComputeDevice: ExpressibleByArgument {}
extension CoreUse: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// The value of `--refine`. What cannot be a value, as a file's name, is left to be an argument of its own, and the
/// option stands alone; the parser would take any other wrong value for that too.
enum RefineArgument: ExpressibleByArgument {
  case given(Refinement)
  case wrong

  init?(argument: String) {
    if let refinement = Refinement(argument) {
      self = .given(refinement)
    } else if argument.contains(where: "./:".contains) {
      return nil
    } else {
      self = .wrong
    }
  }
}

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

  @OptionGroup var compute: ComputeOptions

  @Option(
    help:
      "Arithmetic: fp32; int8, about three times faster, for calibrated models and onednn; or fp16, for onnxruntime. Default: int8 where the model is calibrated."
  )
  var precision: Precision?

  @Flag(help: "Test-time augmentation: three scales, one flipped. About four times slower, a little more accurate.")
  var tta = false

  @Option(
    help:
      "Scales of test-time augmentation, joined by commas, from 0.1 to 4: 0.8,1,1.2 for --tta. A pass for each.")
  var ttaScales: ScaleList?

  @Option(
    help:
      "Flips of test-time augmentation, one for each scale: none or lr (left to right), none,lr,none for --tta. Default: none flipped."
  )
  var ttaFlips: FlipList?

  @Option(
    defaultAsFlag: RefineArgument.given(.auto),
    help: ArgumentHelp(
      "Detect each person again in a crop of the original frame, which finds joints more exactly: off, at most N people, those who matter first, or auto (files: up to \(Refinement.mostOfAuto); stream: as many as there is time for). Default: auto for files and models whose best crop is known, without --tta; else off.",
      valueName: "off|auto|N"))
  var refine: RefineArgument?

  @Option(help: "Threads of the network, and for files as many each of decoder and encoder. Default: one per core.")
  var threads: Int?

  func validate() throws {
    if case .wrong? = refine { throw ValidationError("--refine takes \(Refinement.expected).") }
    try settings.check()
  }

  /// Checks a side of the network's input in pixels.
  static func check(_ option: String, _ side: Int) throws {
    let sizes = AnalysisSettings.Detection.sizes
    guard sizes.contains(side) else {
      throw ValidationError("\(option) must be between \(sizes.lowerBound) and \(sizes.upperBound).")
    }
  }

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Detection) {
    settings.model = model
    settings.size = size
    compute.apply(to: &settings)
    settings.precision = precision
    settings.tta = tta ? true : nil
    settings.ttaScales = ttaScales
    settings.ttaFlips = ttaFlips
    if case .given(let refinement)? = refine { settings.refine = refinement }
    settings.threads = threads
  }

  private var settings: AnalysisSettings {
    var settings = AnalysisSettings()
    apply(to: &settings.detection)
    return settings
  }

  /// What these options alone say of detection.
  var detection: AnalysisSettings.Detection { settings.detection }

  /// Path of the model file.
  func path() throws -> String { try settings.modelPath() }
}

extension AnalysisSettings {
  /// Path of the model file, or an error in the words of the command line.
  func modelPath() throws -> String {
    do { return try detection.modelPath() } catch let error as SettingError { throw ValidationError(error.asOptions) }
  }

  /// The network of live streams, or an error in the words of the command line.
  func network() throws -> NetworkSettings {
    do { return try detection.network() } catch let error as SettingError { throw ValidationError(error.asOptions) }
  }
}

extension ScaleList: ExpressibleByArgument {
  /// Reads numbers joined by commas.
  package init?(argument: String) { self.init(argument) }
}

extension FlipList: ExpressibleByArgument {
  /// Reads names joined by commas.
  package init?(argument: String) { self.init(argument) }
}
