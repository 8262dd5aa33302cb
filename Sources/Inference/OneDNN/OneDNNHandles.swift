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

  /// Channels side by side in the layout that this processor's convolutions in single precision want.
  static var block: Int { has(dnnl_cpu_isa_avx512_core) ? 16 : 8 }

  /// The largest weight in int8. Without instructions that sum products of bytes in 32 bits, two of them are summed in
  /// 16, which 7-bit weights cannot overflow.
  static var weightLimit: Float { has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni) ? 127 : 64 }

  /// Whether the processor multiplies bfloat16 faster than single precision.
  static var computesBFloat: Bool { has(dnnl_cpu_isa_avx512_core_bf16) }

  private static func has(_ isa: dnnl_cpu_isa_t) -> Bool {
    dnnl_get_effective_cpu_isa().rawValue & isa.rawValue == isa.rawValue
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
  /// Layout of its scratch memory.
  let scratchpad: dnnl_memory_desc_t
  /// Layout in which it wants its weights, if it has any.
  let weights: dnnl_memory_desc_t?

  /// A primitive from its operation descriptor.
  ///
  /// - Throws: `InferenceError.noFastImplementation` if only the reference implementation is offered.
  convenience init(
    _ operation: UnsafeRawPointer, attributes: dnnl_primitive_attr_t?, engine: OneDNNEngine, name: String
  ) throws {
    var description: dnnl_primitive_desc_t?
    try check(
      dnnl_primitive_desc_create(&description, operation, attributes, engine.handle, nil),
      "dnnl_primitive_desc_create for \(name)")
    try self.init(description: description!, name: name)
  }

  /// A copy from one layout and type to another.
  convenience init(
    from source: dnnl_memory_desc_t, to target: dnnl_memory_desc_t, attributes: OneDNNAttributes, engine: OneDNNEngine
  ) throws {
    var (source, target) = (source, target)
    var description: dnnl_primitive_desc_t?
    try check(
      dnnl_reorder_primitive_desc_create(
        &description, &source, engine.handle, &target, engine.handle, attributes.handle),
      "dnnl_reorder_primitive_desc_create")
    try self.init(description: description!, name: "a copy")
  }

  private init(description: dnnl_primitive_desc_t, name: String) throws {
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

  /// Bytes of scratch memory.
  var scratchBytes: Int { withUnsafePointer(to: scratchpad) { dnnl_memory_desc_get_size($0) } }
}
