import COneDNN
import Kapao
import Support

/// Turns a status into an error that names the call.
func check(_ status: dnnl_status_t, _ call: @autoclosure () -> String) throws {
  guard status != dnnl_out_of_memory else { throw InferenceError.outOfMemory }
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
  static var weightLimit: Float { sumsByteProducts ? 127 : 64 }

  /// Whether there are such instructions (VNNI).
  static var sumsByteProducts: Bool { has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni) }

  /// Whether the processor multiplies bfloat16 faster than single precision.
  static var computesBFloat: Bool { has(dnnl_cpu_isa_avx512_core_bf16) }

  static func has(_ isa: dnnl_cpu_isa_t) -> Bool {
    dnnl_get_effective_cpu_isa().rawValue & isa.rawValue == isa.rawValue
  }
}

/// The shape of a tensor, its type and where in memory its elements are.
final class OneDNNLayout: @unchecked Sendable {
  // @unchecked: never changed.

  let handle: kapao_dnnl_layout_t

  /// - Parameter tag: The order of dimensions and blocks; `dnnl_format_tag_any` leaves it to the primitive.
  init(_ shape: [Int], _ type: dnnl_data_type_t = dnnl_f32, tag: dnnl_format_tag_t) throws {
    var layout: kapao_dnnl_layout_t?
    try check(
      kapao_dnnl_layout_with_tag(&layout, Int32(shape.count), shape.map(Int64.init), type, tag),
      "kapao_dnnl_layout_with_tag")
    handle = layout!
  }

  init(_ shape: [Int], _ type: dnnl_data_type_t, strides: [Int]) throws {
    var layout: kapao_dnnl_layout_t?
    try check(
      kapao_dnnl_layout_with_strides(
        &layout, Int32(shape.count), shape.map(Int64.init), type, strides.map(Int64.init)),
      "kapao_dnnl_layout_with_strides")
    handle = layout!
  }

  /// A copy of the layout of one of a primitive's arguments; `nil` if it has no such argument.
  init?(_ primitive: dnnl_primitive_desc_t, _ argument: dnnl_query_t) throws {
    guard let other = dnnl_primitive_desc_query_md(primitive, argument, 0) else { return nil }
    var layout: kapao_dnnl_layout_t?
    try check(kapao_dnnl_layout_copy(&layout, other), "kapao_dnnl_layout_copy")
    handle = layout!
  }

  deinit { kapao_dnnl_layout_free(handle) }

  var bytes: Int { dnnl_memory_desc_get_size(handle) }
}

/// A memory object: over memory that somebody else keeps alive, or over memory of its own.
final class OneDNNMemory: @unchecked Sendable {
  // @unchecked: weights are only read once they are shared; other memory objects belong to one session.

  let handle: dnnl_memory_t

  /// - Parameter pointer: The memory to use, or `nil` to allocate.
  init(_ layout: OneDNNLayout, engine: OneDNNEngine, pointer: UnsafeMutableRawPointer? = nil) throws {
    var memory: dnnl_memory_t?
    // DNNL_MEMORY_ALLOCATE, a cast that is not imported: all bits set.
    let target = pointer ?? UnsafeMutableRawPointer(bitPattern: UInt.max)
    try check(dnnl_memory_create(&memory, layout.handle, engine.handle, target), "dnnl_memory_create")
    handle = memory!
  }

  /// Memory of its own with these numbers side by side.
  convenience init<Number: BitwiseCopyable>(_ numbers: [Number], _ type: dnnl_data_type_t, engine: OneDNNEngine) throws
  {
    let layout = try OneDNNLayout([numbers.count], type, tag: dnnl_a)
    precondition(layout.bytes == numbers.count * MemoryLayout<Number>.stride, "the type is another one")
    try self.init(layout, engine: engine)
    var pointer: UnsafeMutableRawPointer?
    try check(dnnl_memory_get_data_handle(handle, &pointer), "dnnl_memory_get_data_handle")
    numbers.withUnsafeBytes { pointer!.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
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
  /// Layout of its scratch memory; `nil` if it wants none.
  let scratchpad: OneDNNLayout?
  /// Layout in which it wants its weights, if it has any.
  let weights: OneDNNLayout?

  /// A copy from one layout and type to another.
  convenience init(
    from source: OneDNNLayout, to target: OneDNNLayout, attributes: OneDNNAttributes, engine: OneDNNEngine
  ) throws {
    try self.init("a copy") {
      dnnl_reorder_primitive_desc_create(
        &$0, source.handle, engine.handle, target.handle, engine.handle, attributes.handle)
    }
  }

  /// - Parameters:
  ///   - name: What it is called in errors.
  ///   - describe: Chooses an implementation.
  /// - Throws: `InferenceError.noFastImplementation` if only the reference implementation is offered.
  init(_ name: String, describe: (inout dnnl_primitive_desc_t?) -> dnnl_status_t) throws {
    var created: dnnl_primitive_desc_t?
    try check(describe(&created), "the description of \(name)")
    let description = created!
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
    scratchpad = try OneDNNLayout(description, dnnl_query_scratchpad_md)
    weights = try OneDNNLayout(description, dnnl_query_weights_md)
    // The library writes its code without a look at whether it got the memory for it.
    guard MemoryLimit.allowsAddresses(1 << 24) else { throw InferenceError.outOfMemory }
    var primitive: dnnl_primitive_t?
    try check(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create for \(name)")
    handle = primitive!
  }

  deinit { dnnl_primitive_destroy(handle) }

  /// Bytes of scratch memory.
  var scratchBytes: Int { scratchpad?.bytes ?? 0 }
}

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
