import Support

/// Rows of numbers over time: 12 bytes a frame and 4 for each number.
struct RowHistory {
  /// Numbers in a row; without any, nothing is kept.
  let width: Int
  private var rowTimes = Blocks<Double>()
  private var rowFrames = Blocks<Int32>()
  private var values = Blocks<Float>()

  init(width: Int) { self.width = width }

  mutating func append(_ row: some Sequence<Float>, frame: Int, time: Double) {
    guard width > 0 else { return }
    rowTimes.append(time)
    rowFrames.append(Int32(clamping: frame))
    for value in row { values.append(value) }
  }

  /// Number of rows.
  var count: Int { rowTimes.count }
  /// Seconds of each row.
  var times: [Double] { Array(rowTimes) }
  /// The frame's number of each row.
  var frames: [Int] { rowFrames.map(Int.init) }

  /// One number of each row.
  func column(_ column: Int) -> [Float] { (0..<count).map { values[$0 * width + column] } }
}
