/// The layout of one output grid of the network in memory.
///
/// Channel `c` of the cell with index `p` (row by row) stands at `((c / B)·H·W + p)·B + c mod B` with B the channel
/// block of the compute backend: 1 is plain NCHW, 8 and 16 are the blocked layouts of vector units.
public struct HeadGrid: Hashable, Sendable {
  /// Cells in a row.
  public let width: Int
  /// Rows of cells.
  public let height: Int
  /// Input pixels to a cell.
  public let stride: Int
  /// Channels: 3 anchors × (5 + K+1 + 2K).
  public let channels: Int
  /// Channels that lie side by side in memory.
  public let block: Int

  /// A grid's layout.
  public init(width: Int, height: Int, stride: Int, channels: Int, block: Int) {
    self.width = width
    self.height = height
    self.stride = stride
    self.channels = channels
    self.block = block
  }

  /// Number of cells.
  public var cells: Int { width * height }
  /// Floats that the grid takes, padding channels included.
  public var count: Int { (channels + block - 1) / block * block * cells }

  /// Where a channel of a cell stands.
  @inlinable
  public func index(channel: Int, cell: Int) -> Int {
    block == 1 ? channel * cells + cell : ((channel / block) * cells + cell) * block + channel % block
  }
}
