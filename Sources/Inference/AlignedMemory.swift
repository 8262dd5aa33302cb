import Glibc

/// Memory aligned to a cache line, zero at first, freed with its owner.
///
/// Much of it is asked for in huge pages: small ones that happen to share places in the processor's cache made a network
/// up to 40 % slower in one process out of eight.
final class AlignedMemory: @unchecked Sendable {
  // @unchecked: belongs to one session.

  let base: UnsafeMutableRawPointer

  init(bytes: Int) {
    let hugePage = 1 << 21
    if bytes < hugePage / 2 {
      base = .allocate(byteCount: bytes, alignment: 64)
    } else {
      let whole = (bytes + hugePage - 1) / hugePage * hugePage
      base = .allocate(byteCount: whole, alignment: hugePage)
      // Only a wish: without huge pages it is ordinary memory.
      madvise(base, whole, MADV_HUGEPAGE)
    }
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  /// The same as floats.
  var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

  deinit { base.deallocate() }
}
