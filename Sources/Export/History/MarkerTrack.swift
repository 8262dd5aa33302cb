/// Markers of one person over consecutive frames.
package struct MarkerTrack: Sendable {
  /// One marker.
  package struct Marker: Sendable {
    /// Its name.
    package let name: String
    /// Horizontal position in pixels, in each frame; no number where it is missing.
    package let x: [Double]
    /// Vertical position in pixels, downwards, in each frame; likewise.
    package let y: [Double]
  }

  /// The frames, all of them from the first to the last that the person is in.
  package let frames: [PoseHistory.Frame]
  /// The markers that were seen at least once.
  package let markers: [Marker]

  /// Markers as they are.
  package init(frames: [PoseHistory.Frame], markers: [Marker]) {
    self.frames = frames
    self.markers = markers
  }

  /// All frames of the run as they are, with what is missing.
  package init(_ person: PersonHistory, frames: [PoseHistory.Frame], names: [String]) {
    self.frames = frames
    markers = names.enumerated().compactMap { index, name in
      var (x, y) = ([Double](repeating: .nan, count: frames.count), [Double](repeating: .nan, count: frames.count))
      for (row, position) in person.positions.enumerated() {
        guard let point = person.point(index, row: row) else { continue }
        (x[position], y[position]) = (point.x, point.y)
      }
      return x.allSatisfy(\.isNaN) ? nil : Marker(name: name, x: x, y: y)
    }
  }

  /// Fills the gaps of some of a person's rows: linear in time between, constant before and after.
  package init(_ person: PersonHistory, rows: Range<Int>, frames all: [PoseHistory.Frame], names: [String]) {
    guard !rows.isEmpty else {
      frames = []
      markers = []
      return
    }
    let span = person.positions[rows.lowerBound]...person.positions[rows.upperBound - 1]
    let frames = Array(all[span])
    self.frames = frames
    markers = names.enumerated().compactMap { index, name in
      let seen = rows.compactMap { row in
        person.point(index, row: row).map { (offset: person.positions[row] - span.lowerBound, point: $0) }
      }
      guard !seen.isEmpty else { return nil }
      let times = seen.map { frames[$0.offset].time }
      func filled(_ value: (ExportedPoint) -> Double) -> [Double] {
        Gaps.filled(seen.map { value($0.point) }, at: times, for: frames.map(\.time))
      }
      return Marker(name: name, x: filled(\.x), y: filled(\.y))
    }
  }
}

/// Filling of gaps, for formats that cannot have any.
package enum Gaps {
  /// Values at `times` from those known `at` some of them; both ascend. Linear in time between, constant before and
  /// after.
  package static func filled(_ values: [Double], at known: [Double], for times: [Double]) -> [Double] {
    var next = 0
    return times.map { time in
      while next < known.count, known[next] < time { next += 1 }
      if next == known.count { return values[next - 1] }
      guard next > 0, known[next] > time else { return values[next] }
      let share = (time - known[next - 1]) / (known[next] - known[next - 1])
      return values[next - 1] + share * (values[next] - values[next - 1])
    }
  }
}
