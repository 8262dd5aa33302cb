/// A KAPAO network's architecture and weights.
///
/// Batch normalisation is folded into the convolutions. Tensors have the official names, `model.<layer>.….conv.weight`
/// and `.bias`, in the detection head `model.33.m.<grid>.weight` and `.bias`; weights are output channels × input
/// channels × height × width.
public struct Model: Sendable, Equatable {
  /// Which network the weights belong to.
  public let architecture: Architecture
  /// Weights and biases by name: all that the architecture has, of the right shape, and no other.
  public let tensors: [String: Tensor]
  /// The model's name, for example `kapao_s_coco`.
  public var name: String
  /// The licence of the weights, for example `GPL-3.0`, where it is known.
  public var licence: String?
  /// The thresholds that its makers recommend, if any.
  public var preset: Preset?

  /// For each convolution with an activation the values that it gives, where the model is calibrated for int8; else empty.
  public private(set) var activationRanges: [String: ActivationRange] = [:]

  /// A model from its parts.
  ///
  /// - Throws: `WeightsError` where `tensors` are not those of the architecture.
  public init(architecture: Architecture, tensors: [String: Tensor], name: String, licence: String? = nil) throws {
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

  /// Whether it can be computed in int8.
  public var isCalibrated: Bool { !activationRanges.isEmpty }

  /// The same model, calibrated for int8.
  ///
  /// - Throws: `WeightsError` where a convolution with an activation has no range or one of another number of channels.
  public func calibrated(_ ranges: [String: ActivationRange]) throws -> Model {
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
