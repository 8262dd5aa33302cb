import COneDNN

/// An in-order queue of primitives.
final class OneDNNStream {
  private let handle: dnnl_stream_t

  init(_ engine: OneDNNEngine) throws {
    var stream: dnnl_stream_t?
    try check(
      dnnl_stream_create(&stream, engine.handle, dnnl_stream_default_flags.rawValue), "dnnl_stream_create")
    handle = stream!
  }

  deinit { dnnl_stream_destroy(handle) }

  func execute(_ primitive: dnnl_primitive_t, _ arguments: [dnnl_exec_arg_t]) throws {
    try check(
      dnnl_primitive_execute(primitive, handle, Int32(arguments.count), arguments), "dnnl_primitive_execute")
  }

  func wait() throws { try check(dnnl_stream_wait(handle), "dnnl_stream_wait") }
}
