/// Turns an official KAPAO checkpoint into a `Model`.
///
/// The network is compared with the official one layer by layer, as weights alone do not tell what is done with them.
package struct CheckpointImporter {
  /// Layers of the official networks of all sizes.
  private static let layerCount = 34

  private let network: CheckpointModule
  private let architecture: Architecture

  /// Finds the network in a checkpoint and its architecture.
  package init(_ checkpoint: Checkpoint) throws {
    let pickle = checkpoint.pickle
    // The averaged weights, where training has left them, are what the official code loads.
    let average = pickle.value(pickle.root, "ema")
    let name = average == nil || average == PickleValue.none ? "model" : "ema"
    guard let network = CheckpointModule(pickle.value(pickle.root, name), path: "", in: checkpoint) else {
      throw CheckpointError.format(expected: "a network under the key model or ema")
    }
    if let kind = try Self.otherKind(of: network, pickle) { throw CheckpointError.other(kind) }
    self.network = network
    architecture = try Self.architecture(of: network, pickle)
  }

  /// The model with batch normalisation folded into the convolutions.
  package func model(named name: String) throws -> Model {
    let layers = try network.child("model", "Sequential")
    let definition = architecture.definition
    try layers.expect("", definition.layers.count, found: layers.children.count)
    for layer in definition.layers { try OfficialLayer(layer).check(in: layers) }
    var tensors: [String: Tensor] = [:]
    for convolution in definition.convolutions {
      let folded = try FoldedConvolution(convolution, in: network)
      tensors["\(convolution.name).weight"] = folded.weight
      tensors["\(convolution.name).bias"] = folded.bias
    }
    return try Model(architecture: architecture, tensors: tensors, name: name)
  }

  /// What a network is whose layers are as many, or whose head is as wide, as those of another kind.
  private static func otherKind(of network: CheckpointModule, _ pickle: Pickle) throws -> String? {
    guard let layers = try? network.child("model", "Sequential"), let last = layers.children.last else {
      return "a network of another kind (\(network.className))"
    }
    let head = try layers.child(last)
    let classes = head.integers("nc").first
    let channels = try? head.child("m", "ModuleList").child("0", "Conv2d").shape("weight").first
    let isDetector = classes.map { channels == Architecture.anchorsPerGrid * ($0 + 5) } ?? false
    guard layers.children.count != layerCount || isDetector else { return nil }
    let kind = classes.map { "\(head.className) for \($0) classes" } ?? head.className
    return "a network of \(layers.children.count) layers that ends in \(kind) without KAPAO's keypoints"
  }

  private static func architecture(of network: CheckpointModule, _ pickle: Pickle) throws -> Architecture {
    let detect = try network.child("model", "Sequential").child("33", "Detect")
    let channels = try detect.child("m", "ModuleList").child("0", "Conv2d").shape("weight").first ?? 0
    // An anchor has 5 + (K + 1) + 2K channels.
    let keypoints = (channels / Architecture.anchorsPerGrid - 6) / 3
    guard keypoints > 0, keypoints <= 512, channels == Architecture.anchorsPerGrid * (6 + 3 * keypoints) else {
      throw CheckpointError.network("model.33.m.0", expected: "3 × (6 + 3 K) channels", found: "\(channels)")
    }
    let multiples = try ["width_multiple", "depth_multiple"].map { name in
      let multiple = pickle.value(network.attribute("yaml"), name)?.number ?? 0
      guard multiple > 0, multiple <= 4 else {
        throw CheckpointError.network(name, expected: "between 0 and 4", found: "\(multiple)")
      }
      return multiple
    }
    let grids = Architecture.strides.count
    let strides = try detect.tensorAttribute("stride", shape: [grids]).values
    try detect.expect("stride", Architecture.strides.map(Float.init), found: strides)
    let anchors = try detect.tensor("anchor_grid", shape: [grids, 1, Architecture.anchorsPerGrid, 1, 1, 2]).values
    guard anchors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw CheckpointError.network("model.33.anchor_grid", expected: "positive sizes", found: "\(anchors)")
    }
    return Architecture(
      keypointCount: keypoints, widthMultiple: multiples[0], depthMultiple: multiples[1],
      anchors: (0..<grids).map { grid in
        (0..<Architecture.anchorsPerGrid).map { anchor in
          let place = 2 * (grid * Architecture.anchorsPerGrid + anchor)
          return Architecture.Anchor(width: anchors[place], height: anchors[place + 1])
        }
      })
  }
}

/// A layer of the official network: the modules and attributes that a checkpoint has to have for it.
struct OfficialLayer {
  private let layer: NetworkDefinition.Layer
  private var index: Int { layer.index }

  init(_ layer: NetworkDefinition.Layer) { self.layer = layer }

  /// Throws an error that names the first difference from the official layer.
  func check(in layers: CheckpointModule) throws {
    let module = try layers.child("\(index)", className)
    try module.expect("f", sources, found: module.integers("f"))
    switch layer.operation {
    case .focus: try convolution(module.child("conv", "Conv"), stride: 1)
    case .convolution(_, _, let stride): try convolution(module, stride: stride)
    case .c3(_, let bottlenecks, let shortcut): try block(module, bottlenecks, shortcut)
    case .spp: try pyramidPooling(module)
    case .upsample:
      try module.expect("scale_factor", [2], found: module.integers("scale_factor"))
      try module.expect("mode", "nearest", found: module.attribute("mode")?.string)
    case .concat: try module.expect("d", [1], found: module.integers("d"))
    case .detect:
      let heads = try module.child("m", "ModuleList")
      try heads.expect("", layer.inputs.count, found: heads.children.count)
    }
  }

  /// The class's name in the official code.
  private var className: String {
    switch layer.operation {
    case .focus: "Focus"
    case .convolution: "Conv"
    case .c3: "C3"
    case .spp: "SPP"
    case .upsample: "Upsample"
    case .concat: "Concat"
    case .detect: "Detect"
    }
  }

  /// The layers that feed this one; −1 is the one before it.
  private var sources: [Int] {
    layer.inputs.isEmpty ? [-1] : layer.inputs.map { $0 == index - 1 && layer.operation != .detect ? -1 : $0 }
  }

  /// A convolution with SiLU; its weights are checked when they are read.
  private func convolution(_ module: CheckpointModule, stride: Int) throws {
    let convolution = try module.child("conv", "Conv2d")
    try convolution.expect("stride", [stride, stride], found: convolution.integers("stride"))
    try convolution.expect("dilation", [1, 1], found: convolution.integers("dilation"))
    try convolution.expect("groups", [1], found: convolution.integers("groups"))
    _ = try module.child("act", "SiLU")
  }

  private func block(_ module: CheckpointModule, _ bottlenecks: Int, _ shortcut: Bool) throws {
    for name in ["cv1", "cv2", "cv3"] { try convolution(module.child(name, "Conv"), stride: 1) }
    let inner = try module.child("m", "Sequential")
    try inner.expect("", bottlenecks, found: inner.children.count)
    for index in 0..<bottlenecks {
      let bottleneck = try inner.child("\(index)", "Bottleneck")
      for name in ["cv1", "cv2"] { try convolution(bottleneck.child(name, "Conv"), stride: 1) }
      try bottleneck.expect("add", PickleValue.boolean(shortcut), found: bottleneck.attribute("add") ?? .none)
    }
  }

  private func pyramidPooling(_ module: CheckpointModule) throws {
    for name in ["cv1", "cv2"] { try convolution(module.child(name, "Conv"), stride: 1) }
    let pools = try module.child("m", "ModuleList")
    let sizes = try pools.children.prefix(4).map { try pools.child($0, "MaxPool2d").integers("kernel_size") }
    try pools.expect("kernel_size", [[3], [5], [7]], found: sizes)
  }
}

/// A convolution's weight and bias with the batch normalisation after it folded in.
///
/// With γ, β, μ, σ² of the normalisation: weight · γ/√(σ² + ε), and β + (bias − μ) · γ/√(σ² + ε).
struct FoldedConvolution {
  let weight: Tensor
  let bias: Tensor

  /// Reads a convolution of `network`; its parent may hold a normalisation under the name `bn`.
  init(_ convolution: NetworkDefinition.Convolution, in network: CheckpointModule) throws {
    var parent = network
    var path = convolution.name.split(separator: ".").map(String.init)
    let name = path.removeLast()
    for name in path { parent = try parent.child(name) }
    let module = try parent.child(name, "Conv2d")
    let weight = try module.tensor("weight", shape: convolution.shape)
    let outputs = convolution.shape[0]
    let bias =
      module.hasTensor("bias")
      ? try module.tensor("bias", shape: [outputs])
      : Tensor(shape: [outputs], values: Array(repeating: 0, count: outputs))
    guard parent.hasChild("bn") else {
      self.weight = weight
      self.bias = bias
      return
    }
    let normalisation = try parent.child("bn", "BatchNorm2d")
    guard let epsilon = normalisation.attribute("eps")?.number else {
      throw CheckpointError.network("\(normalisation.path).eps", expected: "a number", found: "missing")
    }
    func perChannel(_ name: String) throws -> [Double] {
      try normalisation.tensor(name, shape: [outputs]).values.map(Double.init)
    }
    let (gamma, beta) = (try perChannel("weight"), try perChannel("bias"))
    let (mean, variance) = (try perChannel("running_mean"), try perChannel("running_var"))
    let scales = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }

    let inputs = weight.values.count / outputs
    self.weight = Tensor(
      shape: weight.shape,
      values: [Float](unsafeUninitializedCapacity: weight.values.count) { folded, count in
        for output in 0..<outputs {
          for index in output * inputs..<(output + 1) * inputs {
            folded[index] = Float(Double(weight.values[index]) * scales[output])
          }
        }
        count = weight.values.count
      })
    self.bias = Tensor(
      shape: [outputs],
      values: (0..<outputs).map { Float(beta[$0] + (Double(bias.values[$0]) - mean[$0]) * scales[$0]) })
  }
}
