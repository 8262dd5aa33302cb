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
    var source = try describe(step.input)
    var target = output.description
    let quantized = isReal(step.input) ? nil : quantization?.convolution(step)
    let kernel = [step.outputChannels, step.input.channels.count, step.kernel, step.kernel]
    let input = type(step.input)
    var weights = try describe(kernel, input == dnnl_u8 ? dnnl_s8 : input, tag: dnnl_format_tag_any)
    var bias = try describe([step.outputChannels], tag: dnnl_a)
    var description = dnnl_convolution_desc_t()
    let strides = [Int64](repeating: Int64(step.stride), count: 2)
    let padding = [Int64](repeating: Int64(step.padding), count: 2)
    try check(
      dnnl_convolution_forward_desc_init(
        &description, dnnl_forward_inference, dnnl_convolution_direct, &source, &weights, &bias, &target, strides,
        padding, padding),
      "dnnl_convolution_forward_desc_init for \(step.name)")

    let attributes = try OneDNNAttributes()
    if let quantized { try attributes.scale(quantized) }
    let following = try following(step)
    try attributes.follow(following.map(\.operation))
    let primitive = try OneDNNPrimitive(&description, attributes: attributes.handle, engine: engine, name: step.name)
    let values = (weights: quantized?.weights ?? step.weights(), bias: quantized?.bias ?? step.bias())
    var arguments: [(Int32, OneDNNProgram.Argument)] = [
      (DNNL_ARG_SRC, .maps(step.input, source)),
      (DNNL_ARG_WEIGHTS, .weights(try reordered(values.weights, shape: kernel, to: primitive.weights!))),
      (DNNL_ARG_BIAS, .weights(try reordered(values.bias, shape: [step.outputChannels], to: bias))),
      (DNNL_ARG_DST, output.argument),
    ]
    for (index, (_, argument)) in following.enumerated() {
      if let argument { arguments.append((kapao_dnnl_arg_post_op_src1(Int32(index)), argument)) }
    }
    return .primitive(primitive, arguments)
  }

  private func maximum(_ input: FeatureMaps, _ output: FeatureMaps, kernel: Int) throws -> OneDNNProgram.Operation {
    var source = try describe(input)
    var target = try describe(output)
    var description = dnnl_pooling_desc_t()
    let strides: [Int64] = [1, 1]
    let window = [Int64](repeating: Int64(kernel), count: 2)
    let padding = [Int64](repeating: Int64(kernel / 2), count: 2)
    try check(
      dnnl_pooling_forward_desc_init(
        &description, dnnl_forward_inference, dnnl_pooling_max, &source, &target, strides, window, padding, padding),
      "dnnl_pooling_forward_desc_init")
    let attributes = try OneDNNAttributes()
    let primitive = try OneDNNPrimitive(
      &description, attributes: attributes.handle, engine: engine, name: "max pooling")
    return .primitive(primitive, [(DNNL_ARG_SRC, .maps(input, source)), (DNNL_ARG_DST, .maps(output, target))])
  }

  /// Real values as bytes.
  private func round(_ input: FeatureMaps, _ output: FeatureMaps) throws -> OneDNNProgram.Operation {
    let source = try describe(input)
    let target = try describe(output)
    let attributes = try OneDNNAttributes()
    try attributes.round(quantization!.activations(of: output))
    let primitive = try OneDNNPrimitive(from: source, to: target, attributes: attributes, engine: engine)
    return .primitive(primitive, [(DNNL_ARG_FROM, .maps(input, source)), (DNNL_ARG_TO, .maps(output, target))])
  }

  private typealias Following = (operation: OneDNNAttributes.Operation, argument: OneDNNProgram.Argument?)

  /// What follows a convolution: SiLU and the residual add, in int8 on the way from real values to the output's integers.
  private func following(_ step: ConvolutionStep) throws -> [Following] {
    guard step.activates, case .maps(let maps) = step.output else { return [] }
    let swish: Following = (.swish, nil)
    guard let quantization, !isReal(maps) else {
      guard let residual = step.residual else { return [swish] }
      let description = try describe(residual)
      return [swish, (.binary(dnnl_binary_add, description), .maps(residual, description))]
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
    let description = try describe([1, values.count, 1, 1], tag: dnnl_nhwc)
    return (
      .binary(algorithm, description), .weights(try reordered(values, shape: [1, values.count, 1, 1], to: description))
    )
  }

  private func destination(
    _ step: ConvolutionStep
  ) throws -> (argument: OneDNNProgram.Argument, description: dnnl_memory_desc_t) {
    switch step.output {
    case .maps(let maps):
      let description = try describe(maps)
      return (.maps(maps, description), description)
    case .head(let index):
      let grid = plan.heads[index]
      let shape = [1, step.outputChannels, grid.height, grid.width]
      let description = try describe(shape, tag: tag)
      return (.head(index, description), description)
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

  private func describe(_ maps: FeatureMaps) throws -> dnnl_memory_desc_t {
    let buffer = plan.buffers[maps.buffer]
    let shape = [1, maps.channels.count, buffer.height, buffer.width]
    guard plan.layout.element == .byte else {
      // The picture's planes are not blocked: the library has kernels of its own for a first convolution.
      return try describe(shape, tag: maps == plan.input ? dnnl_nchw : tag)
    }
    let row = buffer.width * buffer.channels
    let strides = [buffer.height * row, 1, row, buffer.channels]
    var description = dnnl_memory_desc_t()
    try check(
      dnnl_memory_desc_init_by_strides(
        &description, 4, shape.map(Int64.init), type(maps), strides.map(Int64.init)),
      "dnnl_memory_desc_init_by_strides")
    return description
  }

  private func describe(
    _ shape: [Int], _ type: dnnl_data_type_t = dnnl_f32, tag: dnnl_format_tag_t
  ) throws -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    try check(
      dnnl_memory_desc_init_by_tag(&description, Int32(shape.count), shape.map(Int64.init), type, tag),
      "dnnl_memory_desc_init_by_tag")
    return description
  }

  /// Values in the type and layout that a primitive wants.
  private func reordered(_ values: [Float], shape: [Int], to target: dnnl_memory_desc_t) throws -> OneDNNMemory {
    let plain = try describe(shape, tag: shape.count == 1 ? dnnl_a : dnnl_oihw)
    let result = try OneDNNMemory(target, engine: engine)
    try values.withUnsafeBufferPointer { values in
      let source = try OneDNNMemory(
        plain, engine: engine, pointer: UnsafeMutableRawPointer(mutating: values.baseAddress!))
      let primitive = try OneDNNPrimitive(from: plain, to: target, attributes: OneDNNAttributes(), engine: engine)
      let scratchpad = AlignedMemory(bytes: max(1, primitive.scratchBytes))
      let scratch = try OneDNNMemory(primitive.scratchpad, engine: engine, pointer: scratchpad.base)
      let stream = try OneDNNStream(engine)
      try stream.execute(
        primitive.handle,
        [
          dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source.handle),
          dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: result.handle),
          dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratch.handle),
        ])
      try stream.wait()
    }
    return result
  }
}
