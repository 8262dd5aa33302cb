import Kapao

/// Lowers the layers of a network into the steps of an `ExecutionPlan`.
struct ExecutionPlanBuilder {
  private(set) var plan: ExecutionPlan
  private let model: Model
  private let definition: NetworkDefinition
  /// Output of each layer that was lowered; `nil` for `detect`.
  private var outputs: [FeatureMaps?] = []
  /// Buffers of concatenations that were begun, by layer.
  private var concatenations: [Int: FeatureMaps] = [:]
  /// Real outputs for the output convolutions, by layer, where the others are bytes.
  private var realOutputs: [Int: FeatureMaps] = [:]

  private var block: Int { plan.layout.block }
  private var placesConcatenations: Bool { plan.layout.element != .byte }

  init(plan: ExecutionPlan, model: Model) {
    self.plan = plan
    self.model = model
    definition = model.architecture.definition
  }

  mutating func build() throws {
    plan.input =
      placesConcatenations
      ? FeatureMaps(buffer: plan.addBuffer(channels: 3, stride: 1), offset: 0, channels: [0, 1, 2])
      : FeatureMaps(buffer: plan.addBuffer(channels: 12, stride: 2), offset: 0, channels: Self.focused)
    for layer in definition.layers { outputs.append(try lower(layer)) }
  }

  private mutating func lower(_ layer: NetworkDefinition.Layer) throws -> FeatureMaps? {
    let name = "model.\(layer.index)"
    switch layer.operation {
    case .focus:
      let output = place(layer)
      let (weight, bias) = try parameters("\(name).conv.conv", inputs: 12, kernel: 3)
      if placesConcatenations {
        append([("\(name).conv.conv", weight.unfocused, bias)], plan.input, .maps(output), kernel: 6, stride: 2)
      } else {
        append([("\(name).conv.conv", weight, bias)], plan.input, .maps(output), kernel: 3, stride: 1)
      }
      return output
    case .convolution(_, let kernel, let stride):
      let output = place(layer)
      try convolve(["\(name).conv"], input(layer), .maps(output), kernel: kernel, stride: stride)
      return output
    case .c3(let channels, let bottlenecks, let shortcut):
      return try placesConcatenations
        ? lowerC3(layer, channels: channels, bottlenecks: bottlenecks, shortcut: shortcut)
        : lowerCopiedC3(layer, channels: channels, bottlenecks: bottlenecks, shortcut: shortcut)
    case .spp:
      return try lowerSPP(layer)
    case .upsample:
      let output = place(layer)
      plan.steps.append(.upsample(input: input(layer), output: output))
      return output
    case .concat:
      let whole = concatenation(layer.index)
      if !placesConcatenations { copyMembers(of: layer, into: whole) }
      return whole
    case .detect:
      for (grid, source) in layer.inputs.enumerated() { try lowerHead(layer, grid: grid, source: source) }
      return nil
    }
  }

  /// One convolution computes cv1 and cv2 side by side: [cv1 | cv2 | m], of which cv3 reads the last two.
  private mutating func lowerC3(
    _ layer: NetworkDefinition.Layer, channels: Int, bottlenecks: Int, shortcut: Bool
  ) throws -> FeatureMaps {
    let name = "model.\(layer.index)"
    let hidden = channels / 2
    let slot = FeatureMaps.rounded(hidden, block)
    let first = FeatureMaps.channels(hidden, block: block)
    let second = FeatureMaps.channels(hidden, first: hidden, block: block)
    // The official order is [m, cv2]: m holds feature maps 0..<hidden of the concatenation, cv2 those after it.
    let whole = FeatureMaps(
      buffer: plan.addBuffer(channels: 3 * slot, stride: layer.stride), offset: 0, channels: first + second + first)

    try convolve(
      ["\(name).cv1.conv", "\(name).cv2.conv"], input(layer), .maps(whole.slice(0..<2 * slot)), kernel: 1)
    _ = try lowerBottlenecks(
      layer, count: bottlenecks, shortcut: shortcut, from: whole.slice(0..<slot), to: whole.slice(2 * slot..<3 * slot))
    let output = place(layer)
    try convolve(["\(name).cv3.conv"], whole.slice(slot..<3 * slot), .maps(output), kernel: 1)
    return output
  }

  /// Every convolution has a buffer of its own; [m | cv2] are copied together for cv3.
  private mutating func lowerCopiedC3(
    _ layer: NetworkDefinition.Layer, channels: Int, bottlenecks: Int, shortcut: Bool
  ) throws -> FeatureMaps {
    let name = "model.\(layer.index)"
    let hidden = channels / 2
    let first = temporary(hidden, stride: layer.stride)
    let second = temporary(hidden, stride: layer.stride)
    let joined = temporary(channels, stride: layer.stride)
    try convolve(["\(name).cv1.conv"], input(layer), .maps(first), kernel: 1)
    try convolve(["\(name).cv2.conv"], input(layer), .maps(second), kernel: 1)
    plan.steps.append(.copy(input: second, output: joined.slice(hidden..<channels)))
    let last = try lowerBottlenecks(layer, count: bottlenecks, shortcut: shortcut, from: first, to: nil)
    plan.steps.append(.copy(input: last, output: joined.slice(0..<hidden)))
    let output = place(layer)
    guard definition.layers.last!.inputs.contains(layer.index) else {
      try convolve(["\(name).cv3.conv"], joined, .maps(output), kernel: 1)
      return output
    }
    let real = FeatureMaps(
      buffer: plan.addBuffer(channels: channels, stride: layer.stride, element: plan.layout.real), offset: 0,
      channels: output.channels)
    realOutputs[layer.index] = real
    try convolve(["\(name).cv3.conv"], joined, .maps(real), kernel: 1)
    plan.steps.append(.copy(input: real, output: output))
    return output
  }

  /// A chain of bottlenecks, the last of which writes to `last` if that is given.
  private mutating func lowerBottlenecks(
    _ layer: NetworkDefinition.Layer, count: Int, shortcut: Bool, from first: FeatureMaps, to last: FeatureMaps?
  ) throws -> FeatureMaps {
    let hidden = layer.channels / 2
    var current = first
    for index in 0..<count {
      let name = "model.\(layer.index).m.\(index)"
      let inner = temporary(hidden, stride: layer.stride)
      try convolve(["\(name).cv1.conv"], current, .maps(inner), kernel: 1)
      let replaced = shortcut && !placesConcatenations ? current.buffer : nil
      let end = index == count - 1 ? last : nil
      let output = end ?? temporary(hidden, stride: layer.stride, replaces: replaced)
      try convolve(["\(name).cv2.conv"], inner, .maps(output), kernel: 3, residual: shortcut ? current : nil)
      current = output
    }
    return current
  }

  /// Each max-pool continues from the one before: a window of 5 is a window of 3 over windows of 3.
  private mutating func lowerSPP(_ layer: NetworkDefinition.Layer) throws -> FeatureMaps {
    let name = "model.\(layer.index)"
    let hidden = definition.layers[layer.inputs[0]].channels / 2
    let slot = FeatureMaps.rounded(hidden, block)
    let kernels = NetworkDefinition.poolingKernels
    let channels = (0...kernels.count).flatMap { FeatureMaps.channels(hidden, first: $0 * hidden, block: block) }
    let whole = FeatureMaps(
      buffer: plan.addBuffer(channels: channels.count, stride: layer.stride), offset: 0, channels: channels)
    let slots = (0...kernels.count).map { whole.slice($0 * slot..<($0 + 1) * slot) }
    let maps = placesConcatenations ? slots : slots.map { _ in temporary(hidden, stride: layer.stride) }
    try convolve(["\(name).cv1.conv"], input(layer), .maps(maps[0]), kernel: 1)
    var reach = 1
    for (index, kernel) in kernels.enumerated() {
      plan.steps.append(.maximum(input: maps[index], output: maps[index + 1], kernel: kernel - reach + 1))
      reach = kernel
    }
    if !placesConcatenations {
      for (maps, slot) in zip(maps, slots) { plan.steps.append(.copy(input: maps, output: slot)) }
    }
    let output = place(layer)
    try convolve(["\(name).cv2.conv"], whole, .maps(output), kernel: 1)
    return output
  }

  private mutating func lowerHead(_ layer: NetworkDefinition.Layer, grid: Int, source: Int) throws {
    let stride = definition.layers[source].stride
    plan.heads.append(
      HeadGrid(
        width: plan.inputSize.width / stride, height: plan.inputSize.height / stride, stride: stride,
        channels: layer.channels, block: placesConcatenations ? block : layer.channels))
    try convolve(
      ["model.\(layer.index).m.\(grid)"], realOutputs[source] ?? outputs[source]!, .head(grid), kernel: 1,
      activates: false)
  }

  // MARK: - Placement

  private func input(_ layer: NetworkDefinition.Layer) -> FeatureMaps { outputs[layer.inputs[0]]! }

  private mutating func temporary(_ channels: Int, stride: Int, replaces: Int? = nil) -> FeatureMaps {
    let channels = FeatureMaps.channels(channels, block: block)
    let buffer = plan.addBuffer(channels: channels.count, stride: stride, replaces: replaces)
    return FeatureMaps(buffer: buffer, offset: 0, channels: channels)
  }

  /// Where a layer writes: into the concatenation that reads it, if there is one and the layer can.
  private mutating func place(_ layer: NetworkDefinition.Layer) -> FeatureMaps {
    guard
      placesConcatenations || layer.operation == .upsample,
      let reader = definition.layers.first(where: { $0.operation == .concat && $0.inputs.contains(layer.index) })
    else { return temporary(layer.channels, stride: layer.stride) }
    let offset = reader.inputs.prefix { $0 != layer.index }
      .reduce(0) { $0 + FeatureMaps.rounded(definition.layers[$1].channels, block) }
    return FeatureMaps(
      buffer: concatenation(reader.index).buffer, offset: offset,
      channels: FeatureMaps.channels(layer.channels, block: block))
  }

  private mutating func concatenation(_ index: Int) -> FeatureMaps {
    if let begun = concatenations[index] { return begun }
    let layer = definition.layers[index]
    var channels: [Int?] = []
    var first = 0
    for source in layer.inputs {
      let count = definition.layers[source].channels
      channels += FeatureMaps.channels(count, first: first, block: block)
      first += count
    }
    // The stride is the first member's that is known by then; all members have the same.
    let maps = FeatureMaps(
      buffer: plan.addBuffer(channels: channels.count, stride: layer.stride), offset: 0, channels: channels)
    concatenations[index] = maps
    return maps
  }

  /// Copies what is not there yet.
  private mutating func copyMembers(of layer: NetworkDefinition.Layer, into whole: FeatureMaps) {
    var offset = 0
    for source in layer.inputs {
      let maps = outputs[source]!
      if maps.buffer != whole.buffer {
        plan.steps.append(.copy(input: maps, output: whole.slice(offset..<offset + maps.channels.count)))
      }
      offset += maps.channels.count
    }
  }

  // MARK: - Convolutions

  /// Adds a convolution; several names are computed side by side, each padded to the block.
  private mutating func convolve(
    _ names: [String], _ input: FeatureMaps, _ output: ConvolutionStep.Destination, kernel: Int, stride: Int = 1,
    activates: Bool = true, residual: FeatureMaps? = nil
  ) throws {
    let inputs = input.channels.compactMap { $0 }.count
    let parts = try names.map { name in
      let (weight, bias) = try parameters(name, inputs: inputs, kernel: kernel)
      return (name: name, weight: weight, bias: bias)
    }
    append(parts, input, output, kernel: kernel, stride: stride, activates: activates, residual: residual)
  }

  private mutating func append(
    _ parts: [ConvolutionStep.Part], _ input: FeatureMaps, _ output: ConvolutionStep.Destination, kernel: Int,
    stride: Int, activates: Bool = true, residual: FeatureMaps? = nil
  ) {
    let outputChannels = parts.reduce(0) { $0 + FeatureMaps.rounded($1.bias.values.count, block) }
    plan.steps.append(
      .convolution(
        ConvolutionStep(
          input: input, output: output, kernel: kernel, stride: stride, activates: activates, residual: residual,
          outputChannels: outputChannels, parts: parts, block: block)))
  }

  /// The focus layer's channels in the order in which bytes of the picture lie: two pixels of a row, then the two below
  /// them. Channel 3·(2·column + row) + colour of cell (y, x) is that colour at (2y + row, 2x + column).
  private static let focused: [Int?] = (0..<12).map { 3 * (2 * ($0 / 3 % 2) + $0 / 6) + $0 % 3 }

  private func parameters(_ name: String, inputs: Int, kernel: Int) throws -> (weight: Tensor, bias: Tensor) {
    let weight = try tensor("\(name).weight")
    let bias = try tensor("\(name).bias")
    let shape = [bias.values.count, inputs, kernel, kernel]
    guard weight.shape == shape else { throw InferenceError.missingTensor("\(name).weight", expected: shape) }
    return (weight, bias)
  }

  private func tensor(_ name: String) throws -> Tensor {
    guard let tensor = model.tensors[name] else { throw InferenceError.missingTensor(name, expected: []) }
    return tensor
  }
}
