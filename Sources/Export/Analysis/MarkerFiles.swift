import Analysis
import Foundation
import Kapao
import Support

/// Markers in metres, a file for each person: `walk.trc` becomes `walk_person01.trc`, …, `walk.c3d` `walk_person01.c3d`.
struct MarkerFiles {
  /// What is written.
  enum Kind: String {
    /// OpenSim's text; it takes no gaps.
    case trc
    /// The biomechanics standard, binary; what is missing has the residual −1.
    case c3d
  }

  let path: String
  let kind: Kind

  /// - Throws: `OutputError`; `AnalysisError` where a person is in more frames than the format holds.
  func write(_ people: [PersonAnalysis], scale: GroundScale) throws -> [String] {
    let ending = "." + kind.rawValue
    let stem = path.hasSuffix(ending) ? String(path.dropLast(ending.count)) : path
    return try people.compactMap { person in
      let known = person.markers.frames
      let span = (known.last ?? 0) - (known.first ?? 0)
      guard !PoseHistory.isSlip(missing: span, present: known.count) else {
        throw AnalysisError(
          "\(person.name) is in \(known.count) frames from frame \(known[0]) to frame \(known[0] + span), and the markers' file "
            + "has a row for each between")
      }
      let track = Self.track(of: person, scale: scale, isFilled: kind == .trc)
      guard !track.markers.isEmpty, let first = track.frames.first, let last = track.frames.last else { return nil }
      let name = stem + PersonIdentity.track(person.number).fileSuffix + ending
      let seconds = last.time - first.time
      let rate = seconds > 0 ? Double(track.frames.count - 1) / seconds : 1
      let bytes: [UInt8]
      switch kind {
      case .trc:
        bytes =
          TRCText(
            track, name: FileName.last(of: name), up: 1, decimals: 5, origin: 0,
            frameRate: MeanFrameRate.of(track.frames.map(\.time))
          ).bytes
      case .c3d:
        guard track.frames.count <= C3D.mostFrames else {
          throw AnalysisError(
            "\(person.name) is in \(track.frames.count) frames, and a C3D file holds \(C3D.mostFrames): export less of the "
              + "video")
        }
        bytes = C3D(track, rate: rate).bytes
      }
      try AtomicFile.write(bytes, to: name)
      return name
    }
  }

  /// The person's markers in metres, x along the floor and y up, in every frame from the first to the last.
  private static func track(of person: PersonAnalysis, scale: GroundScale, isFilled: Bool) -> MarkerTrack {
    let (known, times) = (person.markers.frames, person.markers.times)
    guard let first = known.first, let last = known.last else { return MarkerTrack(frames: [], markers: []) }
    let all = Gaps.filled(times, at: known.map(Double.init), for: (first...last).map(Double.init))
    let frames = zip(first...last, all).map { PoseHistory.Frame(index: $0, time: $1) }
    let markers = person.points.enumerated().compactMap { index, point -> MarkerTrack.Marker? in
      var (x, y) = ([Double](repeating: .nan, count: all.count), [Double](repeating: .nan, count: all.count))
      for (frame, pixel) in zip(known, zip(person.markers.column(2 * index), person.markers.column(2 * index + 1))) {
        guard pixel.0.isFinite, pixel.1.isFinite else { continue }
        let place = scale.position(of: Point2(Double(pixel.0), Double(pixel.1)))
        (x[frame - first], y[frame - first]) = (place.x, place.y)
      }
      let seen = x.indices.filter { x[$0].isFinite }
      guard !seen.isEmpty else { return nil }
      if isFilled {
        let at = seen.map { all[$0] }
        (x, y) = (
          Gaps.filled(seen.map { x[$0] }, at: at, for: all), Gaps.filled(seen.map { y[$0] }, at: at, for: all)
        )
      }
      return MarkerTrack.Marker(name: point.name, x: x, y: y)
    }
    return MarkerTrack(frames: frames, markers: markers)
  }
}
