/// Turns an official KAPAO checkpoint into a `Model`.
///
/// The network is compared with the official one layer by layer, as weights alone do not tell what is done with them.
package struct CheckpointImporter {
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
