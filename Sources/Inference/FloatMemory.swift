/// Floats aligned to a cache line, zero at first, freed with their owner.
final class FloatMemory: @unchecked Sendable {
  // @unchecked: weights are written before they are shared; other memory belongs to one session.

  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
    base = bytes.bindMemory(to: Float.self, capacity: count)
    base.initialize(repeating: 0, count: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
