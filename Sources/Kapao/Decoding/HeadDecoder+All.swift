extension HeadDecoder {
  /// Every prediction, decoded, in the order grid, anchor, row, column: for comparison with other implementations.
  public func decoded() -> DecodedPredictions {
    var candidates: [Candidate] = []
    appendCandidates(above: -1, to: &candidates)
    let channels = 6 + 3 * skeleton.count
    var values: [Float] = []
    values.reserveCapacity(candidates.count * channels)
    for candidate in candidates {
      let box = candidate.box
      values += [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.width, box.height]
      values += scores(of: candidate.prediction)
      for keypoint in 0..<skeleton.count {
        let point = self.keypoint(keypoint, of: candidate.prediction)
        values += [point.x, point.y]
      }
    }
    return DecodedPredictions(channels: channels, values: values)
  }
}

extension HeadOutput {
  /// The logits of a grid in the official order (anchor, row, column, channel): for comparison.
  public func raw(grid index: Int) -> [Float] {
    let grid = grids[index]
    let perAnchor = grid.channels / Architecture.anchorsPerGrid
    return withLogits(of: index) { logits in
      (0..<Architecture.anchorsPerGrid).flatMap { anchor in
        (0..<grid.cells).flatMap { cell in
          (0..<perAnchor).map { logits[grid.index(channel: anchor * perAnchor + $0, cell: cell)] }
        }
      }
    }
  }
}
