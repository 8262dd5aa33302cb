import ArgumentParser
import Inference
import Pipeline

/// The library that computes the network, and what it computes on.
struct ComputeOptions: ParsableArguments {
  @Option(
    help:
      "Library that computes the network: onednn, openblas, or onnxruntime, for graphics cards. Default: onednn, or with --device onnxruntime."
  )
  var backend: Backend?

  @Option(
    help:
      "What onnxruntime computes on: auto (a card where there is one), cpu, cuda, tensorrt, openvino or migraphx. Default: auto."
  )
  var device: ComputeDevice?

  @Option(help: ArgumentHelp("Which device of that kind. Default: 0.", valueName: "number"))
  var deviceId: Int?

  @Option(
    help:
      "Pictures that a device computes together at most, of all frames and streams on their way. Default: 8 on a card, else 1."
  )
  var deviceBatch: Int?

  @Flag(help: "Go on with onednn where there is no library or device for onnxruntime, or the device fails.")
  var deviceFallback = false

  @Option(
    help: ArgumentHelp(
      "ONNX Runtime's library, or the folder that it is in. Default: $KAPAO_ONNXRUNTIME, then the system's, then one that pip installed.",
      valueName: "path"))
  var onnxruntime: String?

  @Option(
    help: ArgumentHelp(
      "Folder in which tensorrt and openvino keep what they prepare. Default: ~/.cache/kapao-video/engines for tensorrt, none for openvino.",
      valueName: "folder"))
  var engineCache: String?

  func validate() throws {
    var settings = AnalysisSettings()
    apply(to: &settings.detection)
    try settings.check()
  }

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Detection) {
    settings.backend = backend
    settings.device = device
    settings.deviceID = deviceId
    settings.deviceBatch = deviceBatch
    settings.deviceFallback = deviceFallback ? true : nil
    settings.onnxruntime = onnxruntime
    settings.engineCache = engineCache
  }

  /// The settings that they come to.
  var detection: AnalysisSettings.Detection {
    var settings = AnalysisSettings.Detection()
    apply(to: &settings)
    return settings
  }
}
