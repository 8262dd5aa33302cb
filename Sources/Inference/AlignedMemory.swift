import Glibc

/// Memory aligned to a cache line, zero at first, freed with its owner.
///
/// Much of it is asked for in huge pages: small ones that happen to share places in the processor's cache made a network
/// up to 40 % slower in one process out of eight.
final class AlignedMemory: @unchecked Sendable {
  // @unchecked: belongs to one session.

  let base: UnsafeMutableRawPointer

  /// - Throws: `InferenceError.outOfMemory`.
  init(bytes: Int) throws(InferenceError) {
    let hugePage = 1 << 21
    let isLarge = bytes >= hugePage / 2
    let whole = isLarge ? (bytes + hugePage - 1) / hugePage * hugePage : bytes
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, isLarge ? hugePage : 64, whole) == 0, let memory else { throw .outOfMemory }
    base = memory
    // Only a wish: without huge pages it is ordinary memory.
    if isLarge { madvise(base, whole, MADV_HUGEPAGE) }
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  /// The same as floats.
  var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

  deinit { free(base) }
}
