import Foundation
import Inference
import Kapao
import Support

extension AnalysisSettings {
  /// How people are found in a frame.
  package struct Detection: Codable, Hashable, Sendable {
    /// Model file; `nil` for `$KAPAO_MODEL` or the model that ships.
    package var model: String?
    /// Longest side of the network's input in pixels.
    package var size: Int?
    /// Library that computes the network; `nil` for oneDNN, or where a device is named, ONNX Runtime.
    package var backend: Backend?
    /// What ONNX Runtime computes on.
    package var device: ComputeDevice?
    /// Which device of that kind, from 0.
    package var deviceID: Int?
    /// Images that a device computes together at most.
    package var deviceBatch: Int?
    /// Whether oneDNN takes over where there is no device, or it fails.
    package var deviceFallback: Bool?
    /// ONNX Runtime's library, or the folder that it is in.
    package var onnxruntime: String?
    /// Folder for what TensorRT and OpenVINO prepare.
    package var engineCache: String?
    /// Arithmetic of the network; `nil` for int8 where the model is calibrated for it.
    package var precision: Precision?
    /// Test-time augmentation as in the official evaluation.
    package var tta: Bool?
    /// Scales of test-time augmentation, one for each pass.
    package var ttaScales: ScaleList?
    /// Whether each pass of test-time augmentation is flipped.
    package var ttaFlips: FlipList?
    /// How many people are refined in crops.
    package var refine: Refinement?
    /// Threads of the network; `nil` for one per core.
    package var threads: Int?
    /// Set of thresholds, and for the paper's demos of looks; `nil` for what the model recommends.
    package var preset: Preset?
    /// What a person's score is.
    package var scoring: PoseScoring?
    /// τ_cp, 0…1.
    package var poseConfidence: Float?
    /// τ_bp, 0…1.
    package var poseOverlap: Float?
    /// τ_ck, 0…1.
    package var keypointConfidence: Float?
    /// τ_bk, 0…1.
    package var keypointOverlap: Float?
    /// τ_fc, 0…1.
    package var fusionConfidence: Float?
    /// τ_fd in pixels of the source.
    package var fusionDistance: Float?
    /// Weight of a pose object's own keypoint beside the keypoint object that is fused with it.
    package var fusionWeight: Float?
    /// Whether keypoint objects are used at all.
    package var keypointObjects: Bool?
    /// Whether only keypoints that a keypoint object confirmed are drawn and exported.
    package var keypointObjectsOnly: Bool?
    /// How coordinates at the border of the image are treated.
    package var border: BorderRule?

    /// The usual settings.
    package init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
      case model, size, backend, device
      case deviceID = "device_id"
      case deviceBatch = "device_batch"
      case deviceFallback = "device_fallback"
      case onnxruntime
      case engineCache = "engine_cache"
      case precision, tta
      case ttaScales = "tta_scales"
      case ttaFlips = "tta_flips"
      case refine, threads, preset, scoring
      case poseConfidence = "pose_confidence"
      case poseOverlap = "pose_overlap"
      case keypointConfidence = "keypoint_confidence"
      case keypointOverlap = "keypoint_overlap"
      case fusionConfidence = "fusion_confidence"
      case fusionDistance = "fusion_distance"
      case fusionWeight = "fusion_weight"
      case keypointObjects = "keypoint_objects"
      case keypointObjectsOnly = "keypoint_objects_only"
      case border
    }

    static let choices: [String: [String]] = [
      "backend": Backend.allCases.map(\.rawValue), "device": ComputeDevice.allCases.map(\.rawValue),
      "precision": Precision.allCases.map(\.rawValue),
      "preset": Preset.allCases.map(\.rawValue), "scoring": PoseScoring.allCases.map(\.rawValue),
      "border": BorderRule.allCases.map(\.rawValue),
    ]

    /// Sides of the network's input that can be asked for, in pixels.
    package static let sizes = 64...8192

    /// Checks every value.
    ///
    /// - Throws: The first ``SettingError``.
    package func validate() throws(SettingError) { if let error = problems.first { throw error } }

    /// What is said that only ONNX Runtime looks at.
    fileprivate var settingsOfRuntime: [CodingKeys] {
      let settings: [(CodingKeys, Bool)] = [
        (.device, device != nil), (.deviceID, deviceID != nil), (.deviceBatch, deviceBatch != nil),
        (.deviceFallback, deviceFallback == true), (.onnxruntime, onnxruntime != nil),
        (.engineCache, engineCache != nil),
      ]
      return settings.filter(\.1).map(\.0)
    }

    var problems: [SettingError] {
      let shares: [(CodingKeys, Float?)] = [
        (.poseConfidence, poseConfidence), (.poseOverlap, poseOverlap), (.keypointConfidence, keypointConfidence),
        (.keypointOverlap, keypointOverlap), (.fusionConfidence, fusionConfidence),
      ]
      var problems = [
        SettingError(CodingKeys.size, size.map(Double.init), in: 64...8192),
        SettingError(CodingKeys.threads, threads.map(Double.init), in: 1...512),
        SettingError(CodingKeys.deviceID, deviceID.map(Double.init), in: 0...255),
        SettingError(CodingKeys.deviceBatch, deviceBatch.map(Double.init), in: 1...64),
      ]
      problems += shares.map { SettingError($0.0, $0.1.map(Double.init), in: 0...1) }
      for (name, value) in [(CodingKeys.fusionDistance, fusionDistance), (.fusionWeight, fusionWeight)] {
        if let value, !(value >= 0 && value.isFinite) {
          problems.append(SettingError("{\(name.rawValue)} must be a number from 0."))
        }
      }
      if let ttaScales, let ttaFlips, ttaScales.values.count != ttaFlips.values.count {
        problems.append(SettingError("{tta_scales} and {tta_flips} need the same number of values."))
      }
      if let backend, backend != .onnxRuntime, let needless = settingsOfRuntime.first {
        problems.append(SettingError("{\(needless.rawValue)} needs {backend} onnxruntime."))
      }
      return problems.compactMap { $0 }
    }
  }
}

// MARK: - What the settings come to

extension AnalysisSettings.Detection {
  /// Path of the model file.
  ///
  /// - Throws: ``SettingError`` where none is named and none is installed.
  package func modelPath() throws -> String { try model ?? DefaultModel.path() }

  /// Threads of the network.
  package var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// The library that computes the network.
  package var usedBackend: Backend { backend ?? (settingsOfRuntime.isEmpty ? .oneDNN : .onnxRuntime) }

  /// Which ONNX Runtime, and what it computes on.
  package var runtime: ONNXRuntimeOptions {
    var options = ONNXRuntimeOptions()
    options.library = onnxruntime
    options.device = device ?? options.device
    options.deviceID = deviceID ?? options.deviceID
    options.batch = deviceBatch
    options.cache = engineCache
    options.fallsBack = deviceFallback ?? options.fallsBack
    return options
  }

  /// Longest side of the network's input in pixels.
  package func inputSize(_ architecture: Architecture) -> Int {
    size ?? preset?.inputSize ?? architecture.usualInputSize
  }

  /// The passes of test-time augmentation; `nil` without it.
  package var augmentation: TestTimeAugmentation? {
    guard ttaScales != nil || ttaFlips != nil else { return tta == true ? .official : nil }
    let scales = ttaScales?.values ?? ttaFlips!.values.map { _ in 1 }
    let flips = ttaFlips?.values ?? scales.map { _ in false }
    return TestTimeAugmentation(zip(scales, flips).map { TestTimeAugmentation.Pass(scale: $0, flips: $1) })
  }

  /// The thresholds for drawing and export: where no preset is named, those that the model recommends.
  package func thresholds(for model: Model) -> Thresholds { changed((preset ?? model.preset ?? .demo).thresholds) }

  /// The thresholds for measuring accuracy: where no preset is named, those that the model recommends, but people of every
  /// score are measured, with the paper's overlap.
  package func thresholdsForEvaluation(of model: Model) -> Thresholds {
    var thresholds = (preset ?? model.preset ?? .paper).thresholds
    if preset == nil {
      thresholds.poseConfidence = Preset.paper.thresholds.poseConfidence
      thresholds.poseOverlap = Preset.paper.thresholds.poseOverlap
    }
    return changed(thresholds)
  }

  private func changed(_ preset: Thresholds) -> Thresholds {
    var thresholds = preset
    thresholds.scoring = scoring ?? thresholds.scoring
    thresholds.poseConfidence = poseConfidence ?? thresholds.poseConfidence
    thresholds.poseOverlap = poseOverlap ?? thresholds.poseOverlap
    thresholds.keypointConfidence = keypointConfidence ?? thresholds.keypointConfidence
    thresholds.keypointOverlap = keypointOverlap ?? thresholds.keypointOverlap
    thresholds.fusionConfidence = fusionConfidence ?? thresholds.fusionConfidence
    thresholds.fusionDistance = fusionDistance ?? thresholds.fusionDistance
    thresholds.fusionWeight = fusionWeight ?? thresholds.fusionWeight
    thresholds.usesKeypointObjects = keypointObjects ?? thresholds.usesKeypointObjects
    thresholds.keypointObjectsOnly = keypointObjectsOnly == true || thresholds.keypointObjectsOnly
    thresholds.border = border ?? thresholds.border
    return thresholds
  }

  /// The network of live streams; streams with equal ones share it, until the model's file is replaced.
  ///
  /// - Throws: ``SettingError``.
  package func network() throws -> NetworkSettings {
    var settings = NetworkSettings(model: try modelPath(), threads: threadCount)
    settings.file = FileIdentity(settings.model)
    settings.inputSize = size ?? preset?.inputSize
    settings.backend = usedBackend
    settings.runtime = runtime
    settings.precision = precision
    return settings
  }

  /// What a run over a file went by, written out: the thresholds and passes; the network is said elsewhere.
  static func resolved(
    _ thresholds: Thresholds, _ augmentation: TestTimeAugmentation?, _ refinement: Refinement
  ) -> Self {
    var resolved = Self()
    resolved.scoring = thresholds.scoring
    resolved.poseConfidence = thresholds.poseConfidence
    resolved.poseOverlap = thresholds.poseOverlap
    resolved.keypointConfidence = thresholds.keypointConfidence
    resolved.keypointOverlap = thresholds.keypointOverlap
    resolved.fusionConfidence = thresholds.fusionConfidence
    resolved.fusionDistance = thresholds.fusionDistance
    resolved.fusionWeight = thresholds.fusionWeight
    resolved.keypointObjects = thresholds.usesKeypointObjects
    resolved.keypointObjectsOnly = thresholds.keypointObjectsOnly
    resolved.border = thresholds.border
    resolved.tta = augmentation != nil
    resolved.ttaScales = (augmentation?.passes).map { ScaleList($0.map(\.scale)) }
    resolved.ttaFlips = (augmentation?.passes).map { FlipList($0.map(\.flips)) }
    resolved.refine = refinement
    return resolved
  }
}

/// Scales of test-time augmentation (`tta_scales`): one to eight numbers from 0.1 to 4.
package struct ScaleList: Codable, Hashable, Sendable {
  /// The scales.
  package let values: [Double]

  /// The scales of passes.
  package init(_ values: [Double]) { self.values = values }

  /// Reads numbers joined by commas.
  package init?(_ text: String) {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
    guard values.count <= 8, values.allSatisfy((0.1...4).contains) else { return nil }
    self.values = values
  }

  /// Reads a list, or a text.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let list = try? container.decode([Double].self).map { "\($0)" }.joined(separator: ",")
    guard let scales = try Self(list ?? container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "one to eight numbers from 0.1 to 4, joined by commas")
    }
    self = scales
  }

  /// Writes a list.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}

/// Flips of test-time augmentation (`tta_flips`): for each scale `none` or `lr`.
package struct FlipList: TextCodable, Hashable, Sendable {
  /// What a text has to be.
  package static let expected = "none or lr for each scale, joined by commas"
  /// Whether each pass is flipped left to right.
  package let values: [Bool]

  /// The flips of passes.
  package init(_ values: [Bool]) { self.values = values }

  /// Reads names joined by commas.
  package init?(_ text: String) {
    let names = text.split(separator: ",", omittingEmptySubsequences: false)
    guard names.count <= 8, names.allSatisfy({ $0 == "none" || $0 == "lr" }) else { return nil }
    values = names.map { $0 == "lr" }
  }

  /// For example `none,lr,none`.
  package var description: String { values.map { $0 ? "lr" : "none" }.joined(separator: ",") }
}
