/// Rows of numbers over time, in blocks that do not grow, so that nothing is copied and no memory lies idle: 12 bytes a frame and
/// 4 for each number.
struct RowHistory {
  private static let rowsPerBlock = 4096

  /// Numbers in a row; without any, nothing is kept.
  let width: Int
  private(set) var count = 0
  private var timeBlocks: [[Double]] = []
  private var frameBlocks: [[Int32]] = []
  private var valueBlocks: [[Float]] = []

  init(width: Int) { self.width = width }

  mutating func append(_ values: some Sequence<Float>, frame: Int, time: Double) {
    guard width > 0 else { return }
    if count % Self.rowsPerBlock == 0 {
      timeBlocks.append(Self.block(1))
      frameBlocks.append(Self.block(1))
      valueBlocks.append(Self.block(width))
    }
    timeBlocks[timeBlocks.count - 1].append(time)
    frameBlocks[frameBlocks.count - 1].append(Int32(clamping: frame))
    valueBlocks[valueBlocks.count - 1].append(contentsOf: values)
    count += 1
  }

  /// Seconds of each row.
  var times: [Double] { timeBlocks.flatMap { $0 } }
  /// The frame's number of each row.
  var frames: [Int] { frameBlocks.flatMap { $0.map(Int.init) } }

  /// One number of each row.
  func column(_ column: Int) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(count)
    for block in valueBlocks {
      for row in stride(from: column, to: block.count, by: width) { values.append(block[row]) }
    }
    return values
  }

  private static func block<T>(_ width: Int) -> [T] {
    var block: [T] = []
    block.reserveCapacity(rowsPerBlock * width)
    return block
  }
}
