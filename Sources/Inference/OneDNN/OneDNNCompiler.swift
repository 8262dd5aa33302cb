import COneDNN
import Kapao

/// Turns the steps of a plan into oneDNN primitives.
struct OneDNNCompiler {
  let engine: OneDNNEngine
  let plan: ExecutionPlan

  func operation(_ step: ExecutionPlan.Step) throws -> OneDNNProgram.Operation {
    switch step {
    case .convolution(let step): try convolution(step)
    case .maximum(let input, let output, let kernel): try maximum(input, output, kernel: kernel)
    case .upsample(let input, let output): .upsample(input, output)
    }
  }

  private func convolution(_ step: ConvolutionStep) throws -> OneDNNProgram.Operation {
    let (output, shape) = try destination(step)
    // The picture's planes are not blocked: the library has kernels of its own for a first convolution.
    var source = try describe(self.shape(step.input), tag: step.input == plan.input ? dnnl_nchw : nil)
    var target = try describe(shape)
    let kernel = [step.outputChannels, step.input.channels.count, step.kernel, step.kernel]
    var weights = try describe(kernel, tag: dnnl_format_tag_any)
    var bias = try describe([step.outputChannels], tag: dnnl_a)
    var description = dnnl_convolution_desc_t()
    let strides = [Int64](repeating: Int64(step.stride), count: 2)
    let padding = [Int64](repeating: Int64(step.padding), count: 2)
    try check(
      dnnl_convolution_forward_desc_init(
        &description, dnnl_forward_inference, dnnl_convolution_direct, &source, &weights, &bias, &target, strides,
        padding, padding),
      "dnnl_convolution_forward_desc_init for \(step.name)")

    let attributes = try OneDNNAttributes(activates: step.activates, residual: step.residual.map(describe))
    let primitive = try OneDNNPrimitive(&description, attributes: attributes.handle, engine: engine, name: step.name)
    var arguments: [(Int32, OneDNNProgram.Argument)] = [
      (DNNL_ARG_SRC, .maps(step.input, source)),
      (DNNL_ARG_WEIGHTS, .weights(try reordered(step.weights(), shape: kernel, to: primitive.weights!))),
      (DNNL_ARG_BIAS, .weights(try reordered(step.bias(), shape: [step.outputChannels], to: bias))),
      (DNNL_ARG_DST, output),
    ]
    if let residual = step.residual {
      arguments.append((kapao_dnnl_arg_post_op_src1(1), .maps(residual, try describe(residual))))
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

  private func destination(_ step: ConvolutionStep) throws -> (OneDNNProgram.Argument, [Int]) {
    switch step.output {
    case .maps(let maps):
      return (.maps(maps, try describe(maps)), shape(maps))
    case .head(let index):
      let grid = plan.heads[index]
      let shape = [1, step.outputChannels, grid.height, grid.width]
      return (.head(index, try describe(shape)), shape)
    }
  }

  private func shape(_ maps: FeatureMaps) -> [Int] {
    let buffer = plan.buffers[maps.buffer]
    return [1, maps.channels.count, buffer.height, buffer.width]
  }

  private func describe(_ maps: FeatureMaps) throws -> dnnl_memory_desc_t { try describe(shape(maps)) }

  private func describe(_ shape: [Int], tag: dnnl_format_tag_t? = nil) throws -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    let tag = tag ?? (plan.block == 16 ? dnnl_nChw16c : dnnl_nChw8c)
    try check(
      dnnl_memory_desc_init_by_tag(&description, Int32(shape.count), shape.map(Int64.init), dnnl_f32, tag),
      "dnnl_memory_desc_init_by_tag")
    return description
  }

  /// Weights in the layout that a primitive wants.
  private func reordered(_ values: [Float], shape: [Int], to target: dnnl_memory_desc_t) throws -> OneDNNMemory {
    let plain = try describe(shape, tag: shape.count == 1 ? dnnl_a : dnnl_oihw)
    let result = try OneDNNMemory(target, engine: engine)
    try values.withUnsafeBufferPointer { values in
      let source = try OneDNNMemory(
        plain, engine: engine, pointer: UnsafeMutableRawPointer(mutating: values.baseAddress!))
      var (from, to) = (plain, target)
      var description: dnnl_primitive_desc_t?
      try check(
        dnnl_reorder_primitive_desc_create(&description, &from, engine.handle, &to, engine.handle, nil),
        "dnnl_reorder_primitive_desc_create")
      defer { dnnl_primitive_desc_destroy(description) }
      var primitive: dnnl_primitive_t?
      try check(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create for a reorder")
      defer { dnnl_primitive_destroy(primitive) }
      let stream = try OneDNNStream(engine)
      try stream.execute(
        primitive!,
        [
          dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source.handle),
          dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: result.handle),
        ])
      try stream.wait()
    }
    return result
  }
}
