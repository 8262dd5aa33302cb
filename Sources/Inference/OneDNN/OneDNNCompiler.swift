import COneDNN
import Kapao

/// Turns the steps of a plan into oneDNN primitives.
struct OneDNNCompiler {
  let engine: OneDNNEngine
  let plan: ExecutionPlan
  /// The plan's numbers in int8; `nil` for single precision.
  let quantization: Quantization?

  func operation(_ step: ExecutionPlan.Step) throws -> OneDNNProgram.Operation {
    switch step {
    case .convolution(let step): try convolution(step)
    case .maximum(let input, let output, let kernel): try maximum(input, output, kernel: kernel)
    case .upsample(let input, let output): .upsample(input, output)
    case .copy(let input, let output):
      isReal(input) ? try round(input, output) : .copy(input, output)
    }
  }

  private func convolution(_ step: ConvolutionStep) throws -> OneDNNProgram.Operation {
    let output = try destination(step)
    let source = try describe(step.input)
    let quantized = isReal(step.input) ? nil : quantization?.convolution(step)
    let kernel = [step.outputChannels, step.input.channels.count, step.kernel, step.kernel]
    let input = type(step.input)
    let weights = try OneDNNLayout(kernel, input == dnnl_u8 ? dnnl_s8 : input, tag: dnnl_format_tag_any)
    let bias = try OneDNNLayout([step.outputChannels], tag: dnnl_a)

    let attributes = try OneDNNAttributes()
    let scaling = try quantized.map { try attributes.scale($0, engine: engine) } ?? []
    let following = try following(step)
    try attributes.follow(following.map(\.operation))
    let primitive = try OneDNNPrimitive(step.name) {
      kapao_dnnl_convolution(
        &$0, engine.handle, source.handle, weights.handle, bias.handle, output.layout.handle, Int64(step.stride),
        Int64(step.padding), attributes.handle)
    }
    let values =
      quantized.map { ($0.weights, zip($0.bias, $0.scales).map(kapao_dnnl_bias)) } ?? (step.weights(), step.bias())
    var arguments: [OneDNNProgram.NumberedArgument] =
      [
        (DNNL_ARG_SRC, .maps(step.input, source)),
        (DNNL_ARG_WEIGHTS, .weights(try reordered(values.0, shape: kernel, to: primitive.weights!))),
        (DNNL_ARG_BIAS, .weights(try reordered(values.1, shape: [step.outputChannels], to: bias))),
        (DNNL_ARG_DST, output.argument),
      ] + scaling
    for (index, (_, argument)) in following.enumerated() {
      if let argument { arguments.append((kapao_dnnl_arg_post_op_src1(Int32(index)), argument)) }
    }
    return .primitive(primitive, arguments)
  }

  private func maximum(_ input: FeatureMaps, _ output: FeatureMaps, kernel: Int) throws -> OneDNNProgram.Operation {
    let source = try describe(input)
    let target = try describe(output)
    let attributes = try OneDNNAttributes()
    let primitive = try OneDNNPrimitive("max pooling") {
      kapao_dnnl_maximum(&$0, engine.handle, source.handle, target.handle, Int64(kernel), attributes.handle)
    }
    return .primitive(primitive, [(DNNL_ARG_SRC, .maps(input, source)), (DNNL_ARG_DST, .maps(output, target))])
  }

  /// Real values as bytes.
  private func round(_ input: FeatureMaps, _ output: FeatureMaps) throws -> OneDNNProgram.Operation {
    let source = try describe(input)
    let target = try describe(output)
    let attributes = try OneDNNAttributes()
    let rounding = try attributes.round(quantization!.activations(of: output), engine: engine)
    let primitive = try OneDNNPrimitive(from: source, to: target, attributes: attributes, engine: engine)
    return .primitive(
      primitive, [(DNNL_ARG_FROM, .maps(input, source)), (DNNL_ARG_TO, .maps(output, target))] + rounding)
  }

  private typealias Following = (operation: OneDNNAttributes.Operation, argument: OneDNNProgram.Argument?)

  /// What follows a convolution: SiLU and the residual add, in int8 on the way from real values to the output's integers.
  private func following(_ step: ConvolutionStep) throws -> [Following] {
    guard step.activates, case .maps(let maps) = step.output else { return [] }
    let swish: Following = (.swish, nil)
    guard let quantization, !isReal(maps) else {
      guard let residual = step.residual else { return [swish] }
      let layout = try describe(residual)
      return [swish, (.binary(dnnl_binary_add, layout), .maps(residual, layout))]
    }
    let output = quantization.activations(of: maps)
    let offset: Following = (.offset(Float(output[0].zeroPoint)), nil)
    guard let residual = step.residual else {
      return [swish, try channelwise(dnnl_binary_mul, output.map { 1 / $0.step }), offset]
    }
    // The residual is added as the integers that it is stored as: before it in its steps, after it in the output's.
    let added = quantization.activations(of: residual)
    return [
      swish, try channelwise(dnnl_binary_mul, added.map { 1 / $0.step }), (.sum(zeroPoint: added[0].zeroPoint), nil),
      try channelwise(dnnl_binary_mul, zip(added, output).map { $0.step / $1.step }), offset,
    ]
  }

  /// An operation with one number a channel.
  private func channelwise(_ algorithm: dnnl_alg_kind_t, _ values: [Float]) throws -> Following {
    let shape = [1, values.count, 1, 1]
    let layout = try OneDNNLayout(shape, tag: dnnl_nhwc)
    return (.binary(algorithm, layout), .weights(try reordered(values, shape: shape, to: layout)))
  }

  private func destination(
    _ step: ConvolutionStep
  ) throws -> (argument: OneDNNProgram.Argument, layout: OneDNNLayout) {
    switch step.output {
    case .maps(let maps):
      let layout = try describe(maps)
      return (.maps(maps, layout), layout)
    case .head(let index):
      let grid = plan.heads[index]
      let layout = try OneDNNLayout([1, step.outputChannels, grid.height, grid.width], tag: tag)
      return (.head(index, layout), layout)
    }
  }

  private func isReal(_ maps: FeatureMaps) -> Bool { plan.buffers[maps.buffer].element != .byte }

  private func type(_ maps: FeatureMaps) -> dnnl_data_type_t {
    switch plan.buffers[maps.buffer].element {
    case .float: dnnl_f32
    case .bfloat: dnnl_bf16
    case .byte: dnnl_u8
    }
  }

  /// The layout of feature maps.
  private var tag: dnnl_format_tag_t {
    switch plan.layout {
    case .planar(block: 16): dnnl_nChw16c
    case .planar: dnnl_nChw8c
    case .channelsLast: dnnl_nhwc
    }
  }

  private func describe(_ maps: FeatureMaps) throws -> OneDNNLayout {
    let buffer = plan.buffers[maps.buffer]
    let shape = [1, maps.channels.count, buffer.height, buffer.width]
    guard plan.layout.element == .byte else {
      // The picture's planes are not blocked: the library has kernels of its own for a first convolution.
      return try OneDNNLayout(shape, tag: maps == plan.input ? dnnl_nchw : tag)
    }
    let row = buffer.width * buffer.channels
    return try OneDNNLayout(shape, type(maps), strides: [buffer.height * row, 1, row, buffer.channels])
  }

  /// Values in the type and layout that a primitive wants.
  private func reordered(_ values: [Float], shape: [Int], to target: OneDNNLayout) throws -> OneDNNMemory {
    let plain = try OneDNNLayout(shape, tag: shape.count == 1 ? dnnl_a : dnnl_oihw)
    let result = try OneDNNMemory(target, engine: engine)
    try values.withUnsafeBufferPointer { values in
      let source = try OneDNNMemory(
        plain, engine: engine, pointer: UnsafeMutableRawPointer(mutating: values.baseAddress!))
      let primitive = try OneDNNPrimitive(from: plain, to: target, attributes: OneDNNAttributes(), engine: engine)
      let scratchpad = try AlignedMemory(bytes: max(1, primitive.scratchBytes))
      let scratch = try primitive.scratchpad.map { try OneDNNMemory($0, engine: engine, pointer: scratchpad.base) }
      let stream = try OneDNNStream(engine)
      try stream.execute(
        primitive.handle,
        [
          dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source.handle),
          dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: result.handle),
        ] + (scratch.map { [dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: $0.handle)] } ?? []))
      try stream.wait()
    }
    return result
  }
}
