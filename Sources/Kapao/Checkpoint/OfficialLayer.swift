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
