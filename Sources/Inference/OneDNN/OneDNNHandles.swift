import COneDNN

/// Turns a status into an error that names the call.
func check(_ status: dnnl_status_t, _ call: @autoclosure () -> String) throws {
  guard status == dnnl_success else { throw InferenceError.library(call(), code: Int(status.rawValue)) }
}

/// The processor as oneDNN's engine.
final class OneDNNEngine: @unchecked Sendable {
  // @unchecked: oneDNN's engines may be used from any thread.

  let handle: dnnl_engine_t

  init() throws {
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
    handle = engine!
  }

  deinit { dnnl_engine_destroy(handle) }

  /// Channels side by side in the layout that this processor's convolutions want.
  static var block: Int {
    let isa = dnnl_get_effective_cpu_isa().rawValue
    return isa & dnnl_cpu_isa_avx512_core.rawValue == dnnl_cpu_isa_avx512_core.rawValue ? 16 : 8
  }
}

/// A memory object: over memory that somebody else keeps alive, or over memory of its own.
final class OneDNNMemory: @unchecked Sendable {
  // @unchecked: weights are only read once they are shared; other memory objects belong to one session.

  let handle: dnnl_memory_t

  /// - Parameter pointer: The memory to use, or `nil` to allocate.
  init(_ description: dnnl_memory_desc_t, engine: OneDNNEngine, pointer: UnsafeMutableRawPointer? = nil) throws {
    var description = description
    var memory: dnnl_memory_t?
    // DNNL_MEMORY_ALLOCATE, a cast that is not imported: all bits set.
    let target = pointer ?? UnsafeMutableRawPointer(bitPattern: UInt.max)
    try check(dnnl_memory_create(&memory, &description, engine.handle, target), "dnnl_memory_create")
    handle = memory!
  }

  deinit { dnnl_memory_destroy(handle) }

  func point(to pointer: UnsafeMutableRawPointer) throws {
    try check(dnnl_memory_set_data_handle(handle, pointer), "dnnl_memory_set_data_handle")
  }
}

/// A compiled primitive with the memory that it wants besides its arguments.
final class OneDNNPrimitive: @unchecked Sendable {
  // @unchecked: with a caller's scratch memory, oneDNN's primitives may be executed from any thread.

  let handle: dnnl_primitive_t
  /// Bytes of scratch memory.
  let scratchpad: dnnl_memory_desc_t
  /// Layout in which it wants its weights, if it has any.
  let weights: dnnl_memory_desc_t?

  /// - Throws: `InferenceError.noFastImplementation` if only the reference implementation is offered.
  init(_ operation: UnsafeRawPointer, attributes: dnnl_primitive_attr_t?, engine: OneDNNEngine, name: String) throws {
    var description: dnnl_primitive_desc_t?
    try check(
      dnnl_primitive_desc_create(&description, operation, attributes, engine.handle, nil),
      "dnnl_primitive_desc_create for \(name)")
    defer { dnnl_primitive_desc_destroy(description) }
    var text: UnsafePointer<CChar>?
    let status = withUnsafeMutablePointer(to: &text) {
      dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, $0)
    }
    try check(status, "dnnl_primitive_desc_query")
    let implementation = text.map { String(cString: $0) } ?? ""
    guard !implementation.hasPrefix("ref") else {
      throw InferenceError.noFastImplementation(step: name, implementation: implementation)
    }
    scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0).pointee
    weights = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0)?.pointee
    var primitive: dnnl_primitive_t?
    try check(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create for \(name)")
    handle = primitive!
  }

  deinit { dnnl_primitive_destroy(handle) }
}
