import Foundation
import Kapao

/// Raw output of a network that sees a crowd: people side by side, each found several times as a pose object and each
/// of their keypoints several times as a keypoint object, as trained networks do.
struct SyntheticCrowd {
  /// Side of a keypoint object's box in input pixels.
  private static let keypointSide: Float = 48
  /// Objectness before the sigmoid where nothing is.
  private static let nothing: Float = -9
  /// Anchors that find an object; each does so in three cells.
  private static let anchorsPerObject = 2
  /// COCO's keypoints of somebody who stands, as shares of the box.
  private static let figure: [(x: Float, y: Float)] = [
    (0.50, 0.08), (0.54, 0.06), (0.46, 0.06), (0.58, 0.07), (0.42, 0.07), (0.68, 0.20), (0.32, 0.20), (0.80, 0.36),
    (0.20, 0.36), (0.86, 0.50), (0.14, 0.50), (0.62, 0.52), (0.38, 0.52), (0.64, 0.74), (0.36, 0.74), (0.66, 0.95),
    (0.34, 0.95),
  ]

  private let architecture: Architecture
  private let grids: [HeadGrid]
  private var random = SplitMix64(state: 7)

  init(architecture: Architecture, grids: [HeadGrid]) {
    self.architecture = architecture
    self.grids = grids
  }

  /// Fills `output` with `count` people in two rows of an input of `size`.
  mutating func fill(_ output: HeadOutput, people count: Int, size: ImageSize) {
    for grid in grids.indices {
      output.withMutableLogits(of: grid) { logits in
        for index in logits.indices { logits[index] = Self.nothing }
      }
    }
    let columns = (count + 1) / 2
    let width = Float(size.width) / Float(columns)
    let height = Float(size.height) / 2
    for index in 0..<count {
      let (left, top) = (Float(index % columns) * width, Float(index / columns) * height)
      add(
        personIn: Box(
          x1: left + width * 0.1, y1: top + height * 0.05, x2: left + width * 0.9, y2: top + height * 0.95),
        to: output)
    }
  }

  private mutating func add(personIn box: Box, to output: HeadOutput) {
    let keypoints = Self.figure.map { (x: box.x1 + $0.x * box.width, y: box.y1 + $0.y * box.height) }
    add(box, classIndex: 0, confidence: 0.97...0.99, keypoints: keypoints, to: output)
    for (index, point) in keypoints.enumerated() {
      let half = Self.keypointSide / 2
      let x = point.x + .random(in: -2...2, using: &random)
      let y = point.y + .random(in: -2...2, using: &random)
      let object = Box(x1: x - half, y1: y - half, x2: x + half, y2: y + half)
      add(object, classIndex: index + 1, confidence: 0.6...0.95, keypoints: [], to: output)
    }
  }

  /// Writes an object at the anchors that fit it best, into its cell and the nearest ones beside it and below or above,
  /// unless something is there already.
  private mutating func add(
    _ box: Box, classIndex: Int, confidence: ClosedRange<Float>, keypoints: [(x: Float, y: Float)],
    to output: HeadOutput
  ) {
    for (index, anchor) in bestAnchors(for: box) {
      let grid = grids[index]
      let x = (box.x1 + box.x2) / 2 / Float(grid.stride)
      let y = (box.y1 + box.y2) / 2 / Float(grid.stride)
      let (column, row) = (Int(x), Int(y))
      let beside = column + (x - Float(column) < 0.5 ? -1 : 1)
      let below = row + (y - Float(row) < 0.5 ? -1 : 1)
      for (column, row) in [(column, row), (beside, row), (column, below)]
      where (0..<grid.width).contains(column) && (0..<grid.height).contains(row) {
        let confidence = Float.random(in: confidence, using: &random)
        let size = architecture.anchors[index][anchor]
        output.withMutableLogits(of: index) { logits in
          func position(_ channel: Int) -> Int {
            grid.index(channel: anchor * architecture.channelsPerAnchor + channel, cell: row * grid.width + column)
          }
          guard logits[position(4)] == Self.nothing else { return }
          func set(_ channel: Int, _ share: Float) {
            let share = min(max(share, 0.001), 0.999)
            logits[position(channel)] = log(share / (1 - share))
          }
          set(0, (x - Float(column) + 0.5) / 2)
          set(1, (y - Float(row) + 0.5) / 2)
          set(2, (box.width / size.width).squareRoot() / 2)
          set(3, (box.height / size.height).squareRoot() / 2)
          set(4, confidence)
          set(5 + classIndex, 0.97)
          for (keypoint, point) in keypoints.enumerated() {
            let channel = 5 + architecture.classCount + 2 * keypoint
            set(channel, ((point.x - Float(column * grid.stride)) / size.width + 2) / 4)
            set(channel + 1, ((point.y - Float(row * grid.stride)) / size.height + 2) / 4)
          }
        }
      }
    }
  }

  private func bestAnchors(for box: Box) -> ArraySlice<(grid: Int, anchor: Int)> {
    func misfit(_ choice: (grid: Int, anchor: Int)) -> Float {
      let size = architecture.anchors[choice.grid][choice.anchor]
      let (across, down) = (box.width / size.width, box.height / size.height)
      return max(across, 1 / across, down, 1 / down)
    }
    return grids.indices.flatMap { grid in architecture.anchors[grid].indices.map { (grid: grid, anchor: $0) } }
      .sorted { misfit($0) < misfit($1) }
      .prefix(Self.anchorsPerObject)
  }
}
