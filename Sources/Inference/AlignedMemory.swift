/// Memory aligned to a cache line, zero at first, freed with its owner.
final class AlignedMemory: @unchecked Sendable {
  // @unchecked: belongs to one session.

  let base: UnsafeMutableRawPointer

  init(bytes: Int) {
    base = .allocate(byteCount: bytes, alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  /// The same as floats.
  var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

  deinit { base.deallocate() }
}
