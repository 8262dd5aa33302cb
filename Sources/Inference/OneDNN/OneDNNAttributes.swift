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
    case binary(dnnl_alg_kind_t, dnnl_memory_desc_t)
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
          dnnl_post_ops_append_eltwise(list, 1, dnnl_eltwise_swish, 1, 0), "dnnl_post_ops_append_eltwise")
      case .offset(let value):
        try check(
          dnnl_post_ops_append_eltwise(list, 1, dnnl_eltwise_linear, 1, value), "dnnl_post_ops_append_eltwise")
      case .binary(let algorithm, var description):
        try check(
          dnnl_post_ops_append_binary(list, algorithm, &description), "dnnl_post_ops_append_binary")
      case .sum(let zeroPoint):
        try check(
          dnnl_post_ops_append_sum_v3(list, 1, zeroPoint, dnnl_data_type_undef), "dnnl_post_ops_append_sum_v3")
      }
    }
    try check(dnnl_primitive_attr_set_post_ops(handle, list), "dnnl_primitive_attr_set_post_ops")
  }

  /// How real values become the integers of a copy.
  func round(_ target: [Quantization.Activation]) throws {
    let scales = target.map { 1 / $0.step }
    try check(
      dnnl_primitive_attr_set_output_scales(handle, Int64(scales.count), 2, scales),
      "dnnl_primitive_attr_set_output_scales")
    try check(
      dnnl_primitive_attr_set_zero_points(handle, DNNL_ARG_TO, 1, 0, [target[0].zeroPoint]),
      "dnnl_primitive_attr_set_zero_points")
  }

  /// How the sum of integers becomes real values.
  func scale(_ convolution: QuantizedConvolution) throws {
    try check(
      dnnl_primitive_attr_set_output_scales(handle, Int64(convolution.scales.count), 2, convolution.scales),
      "dnnl_primitive_attr_set_output_scales")
    if convolution.zeroPoint != 0 {
      try check(
        dnnl_primitive_attr_set_zero_points(handle, DNNL_ARG_SRC, 1, 0, [convolution.zeroPoint]),
        "dnnl_primitive_attr_set_zero_points")
    }
  }
}
