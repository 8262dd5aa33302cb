/// Offsets for the plan's buffers in one block of memory, planned once: buffers that are not alive together share it.
struct Arena {
  /// Alignment of every buffer in bytes: a cache line.
  private static let alignment = 64

  /// Offset of each buffer in bytes.
  let offsets: [Int]
  /// Bytes in all.
  let bytes: Int

  /// Plans from the first step that writes a buffer to the last that reads it.
  init(_ plan: ExecutionPlan) {
    // What a buffer replaces was added before it.
    var places: [Int] = []
    for (index, buffer) in plan.buffers.enumerated() { places.append(buffer.replaces.map { places[$0] } ?? index) }
    let lives = Self.lives(plan, places)
    var offsets = [Int](repeating: 0, count: plan.buffers.count)
    var placed: [Int] = []
    var end = 0
    // Largest first, each at the lowest offset where nothing alive at the same time is in the way.
    for buffer in lives.keys.sorted(by: { (plan.buffers[$0].bytes, $1) > (plan.buffers[$1].bytes, $0) }) {
      let size = FeatureMaps.rounded(plan.buffers[buffer].bytes, Self.alignment)
      let neighbours = placed.filter { lives[$0]!.overlaps(lives[buffer]!) }.sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for other in neighbours {
        if offset + size <= offsets[other] { break }
        offset = max(offset, offsets[other] + FeatureMaps.rounded(plan.buffers[other].bytes, Self.alignment))
      }
      offsets[buffer] = offset
      placed.append(buffer)
      end = max(end, offset + size)
    }
    self.offsets = places.map { offsets[$0] }
    bytes = end
  }

  /// The first and the last step that touch each place.
  private static func lives(_ plan: ExecutionPlan, _ places: [Int]) -> [Int: ClosedRange<Int>] {
    var lives: [Int: ClosedRange<Int>] = [:]
    func touch(_ maps: FeatureMaps, _ step: Int) {
      let life = lives[places[maps.buffer]] ?? step...step
      lives[places[maps.buffer]] = min(life.lowerBound, step)...max(life.upperBound, step)
    }
    touch(plan.input, -1)
    for (index, step) in plan.steps.enumerated() {
      switch step {
      case .convolution(let convolution):
        touch(convolution.input, index)
        if case .maps(let output) = convolution.output { touch(output, index) }
        if let residual = convolution.residual { touch(residual, index) }
      case .maximum(let input, let output, _), .upsample(let input, let output), .copy(let input, let output):
        touch(input, index)
        touch(output, index)
      }
    }
    return lives
  }
}
