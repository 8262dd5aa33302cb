import COneDNN

/// Attributes of a primitive: the caller's scratch memory, and what follows a convolution.
final class OneDNNAttributes {
  /// What can follow a convolution.
  enum Operation {
    /// SiLU.
    case swish
    /// A number added.
    case offset(Float)
    /// A sum or product with a tensor of this layout, which is an argument of the primitive.
    ///
    /// A residual of floats is added this way: `sum` after an activation has no fast implementation for them.
    case binary(dnnl_alg_kind_t, OneDNNLayout)
    /// The integers that are where the result goes, less their zero point.
    case sum(zeroPoint: Int32)
  }

  let handle: dnnl_primitive_attr_t

  init() throws {
    var attributes: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create")
    handle = attributes!
    try check(
      dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user),
      "dnnl_primitive_attr_set_scratchpad_mode")
  }

  deinit { dnnl_primitive_attr_destroy(handle) }

  /// What follows the primitive, in order.
  func follow(_ operations: [Operation]) throws {
    guard !operations.isEmpty else { return }
    var list: dnnl_post_ops_t?
    try check(dnnl_post_ops_create(&list), "dnnl_post_ops_create")
    defer { dnnl_post_ops_destroy(list) }
    for operation in operations {
      switch operation {
      case .swish:
        try check(
          kapao_dnnl_append_eltwise(list, dnnl_eltwise_swish, 1, 0), "dnnl_post_ops_append_eltwise")
      case .offset(let value):
        try check(
          kapao_dnnl_append_eltwise(list, dnnl_eltwise_linear, 1, value), "dnnl_post_ops_append_eltwise")
      case .binary(let algorithm, let layout):
        try check(
          dnnl_post_ops_append_binary(list, algorithm, layout.handle), "dnnl_post_ops_append_binary")
      case .sum(let zeroPoint):
        try check(
          kapao_dnnl_append_sum(list, zeroPoint), "dnnl_post_ops_append_sum")
      }
    }
    try check(dnnl_primitive_attr_set_post_ops(handle, list), "dnnl_primitive_attr_set_post_ops")
  }

  /// How real values become the integers of a copy. The result are further arguments of the primitive.
  func round(_ target: [Quantization.Activation], engine: OneDNNEngine) throws -> [OneDNNProgram.NumberedArgument] {
    let scales = target.map { 1 / $0.step }
    try check(
      kapao_dnnl_scale_copy(handle, Int64(scales.count), scales), "kapao_dnnl_scale_copy")
    return [
      (kapao_dnnl_arg_copy_scales(), .weights(try OneDNNMemory(scales, dnnl_f32, engine: engine))),
      try setZeroPoint(DNNL_ARG_TO, target[0].zeroPoint, engine: engine),
    ]
  }

  /// How the sum of integers becomes real values. The result are further arguments of the primitive.
  func scale(_ convolution: QuantizedConvolution, engine: OneDNNEngine) throws -> [OneDNNProgram.NumberedArgument] {
    let scales = convolution.scales
    try check(
      kapao_dnnl_scale_convolution(handle, Int64(scales.count), scales), "kapao_dnnl_scale_convolution")
    let factors: OneDNNProgram.NumberedArgument = (
      kapao_dnnl_arg_convolution_scales(), .weights(try OneDNNMemory(scales, dnnl_f32, engine: engine))
    )
    guard convolution.zeroPoint != 0 else { return [factors] }
    return [factors, try setZeroPoint(DNNL_ARG_SRC, convolution.zeroPoint, engine: engine)]
  }

  private func setZeroPoint(
    _ argument: Int32, _ value: Int32, engine: OneDNNEngine
  ) throws -> OneDNNProgram.NumberedArgument {
    try check(kapao_dnnl_set_zero_point(handle, argument, value), "kapao_dnnl_set_zero_point")
    return (kapao_dnnl_arg_zero_point(argument), .weights(try OneDNNMemory([value], dnnl_s32, engine: engine)))
  }
}
