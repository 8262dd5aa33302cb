import COneDNN

/// Attributes of a primitive: the caller's scratch memory, SiLU, then the residual add.
final class OneDNNAttributes {
  let handle: dnnl_primitive_attr_t

  /// The residual is added by a binary post-operation: the "sum" after an activation has no fast implementation.
  init(activates: Bool = false, residual: dnnl_memory_desc_t? = nil) throws {
    var attributes: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create")
    handle = attributes!
    try check(
      dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user),
      "dnnl_primitive_attr_set_scratchpad_mode")
    guard activates else { return }
    var operations: dnnl_post_ops_t?
    try check(dnnl_post_ops_create(&operations), "dnnl_post_ops_create")
    defer { dnnl_post_ops_destroy(operations) }
    try check(
      dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_swish, 1, 0), "dnnl_post_ops_append_eltwise")
    if var residual {
      try check(
        dnnl_post_ops_append_binary(operations, dnnl_binary_add, &residual), "dnnl_post_ops_append_binary")
    }
    try check(dnnl_primitive_attr_set_post_ops(handle, operations), "dnnl_primitive_attr_set_post_ops")
  }

  deinit { dnnl_primitive_attr_destroy(handle) }
}
