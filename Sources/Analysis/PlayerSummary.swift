import Foundation

/// What a player did in a span of time, in metres and seconds.
package struct PlayerSummary: Hashable, Sendable, Codable {
  /// Limits that are the user's to set.
  package struct Settings: Hashable, Sendable, Codable {
    /// Borders of the zones of speed, m/s, ascending.
    package var speedZones: [Double] = [0.15, 1, 2, 4, 5.5, 7]
    /// Speed of a sprint, m/s.
    package var sprintSpeed = 5.5
    /// Shortest sprint, seconds.
    package var sprintTime = 0.5
    /// Distance from the base (squash's T) within which a player is there, metres.
    package var baseRadius = 1.0

    /// The defaults.
    package init() {}
  }

  /// Time and distance in a zone.
  package struct Share: Hashable, Sendable, Codable {
    /// The zone's name.
    package var name: String
    /// Seconds.
    package var time = 0.0
    /// Metres.
    package var distance = 0.0
  }

  /// A sprint.
  package struct Sprint: Hashable, Sendable, Codable {
    /// When it began, seconds.
    package var start: Double
    /// Seconds.
    package var duration: Double
    /// Metres.
    package var distance: Double
    /// Fastest, m/s.
    package var topSpeed: Double
  }

  /// How a player returns to the base.
  package struct Base: Hashable, Sendable, Codable {
    /// Seconds within the radius.
    package var time = 0.0
    /// Share of the time seen.
    package var share = 0.0
    /// Mean distance from it, metres.
    package var meanDistance = 0.0
    /// Mean seconds from leaving the radius until the player is back, over times seen whole; `nil` without any.
    package var meanRecovery: Double?
  }

  /// Seconds in which the player was seen.
  package var time = 0.0
  /// Metres.
  package var distance = 0.0
  /// Mean speed over the time seen, m/s.
  package var meanSpeed = 0.0
  /// The highest speed that was held for a fifth of a second, m/s.
  package var topSpeed = 0.0
  /// Zones of speed, slowest first.
  package var speedZones: [Share] = []
  /// Sprints in order.
  package var sprints: [Sprint] = []
  /// The court's zones by set: sides, thirds, net.
  package var courtZones: [String: [Share]] = [:]
  /// The base, if the court has one.
  package var base: Base?
  /// Area of the convex hull of the positions, as a share of the court.
  package var coverage = 0.0

  /// Sums a player's movement up within `span` (seconds).
  package init(
    _ movement: Movement, court: Court, span: ClosedRange<Double>? = nil, settings: Settings = Settings()
  ) {
    let states = span.map { span in movement.states.filter { span.contains($0.time) } } ?? movement.states
    let borders = settings.speedZones
    speedZones = (0...borders.count).map { index in
      let low = index == 0 ? 0 : borders[index - 1]
      let text = { (v: Double) in String(format: "%g", v) }
      return Share(name: index == borders.count ? "over \(text(low)) m/s" : "\(text(low))–\(text(borders[index])) m/s")
    }
    for zone in court.zones { courtZones[zone.set, default: []].append(Share(name: zone.name)) }
    let sets = Dictionary(grouping: court.zones, by: \.set)
    var weighed = 0.0
    var last: Movement.State?
    for state in states {
      let step = last.map { $0.piece == state.piece ? state.distance - $0.distance : 0 } ?? 0
      time += state.duration
      distance += step
      if let speed = state.speed {
        let zone = borders.firstIndex { speed < $0 } ?? borders.count
        speedZones[zone].time += state.duration
        speedZones[zone].distance += step
      }
      for (set, zones) in sets {
        guard let index = zones.firstIndex(where: { $0.contains(state.position) }) else { continue }
        courtZones[set]?[index].time += state.duration
        courtZones[set]?[index].distance += step
      }
      if let base = court.base {
        let away = (state.position - base).length
        weighed += away * state.duration
        if away <= settings.baseRadius {
          self.base = self.base ?? Base()
          self.base?.time += state.duration
        }
      }
      last = state
    }
    meanSpeed = time > 0 ? distance / time : 0
    topSpeed = Self.heldSpeed(states, for: 0.2)
    sprints = Self.sprints(in: states, settings: settings)
    if let point = court.base {
      var base = self.base ?? Base()
      base.share = time > 0 ? base.time / time : 0
      base.meanDistance = time > 0 ? weighed / time : 0
      base.meanRecovery = Self.recovery(states, to: point, radius: settings.baseRadius)
      self.base = base
    }
    coverage = Self.hullArea(states.map(\.position)) / (court.width * court.length)
  }

  /// The largest of the smallest speeds over windows of `seconds`.
  private static func heldSpeed(_ states: [Movement.State], for seconds: Double) -> Double {
    var best = 0.0
    for start in states.indices {
      var slowest = Double.infinity
      for index in start..<states.count {
        guard states[index].piece == states[start].piece, let speed = states[index].speed else { break }
        slowest = min(slowest, speed)
        guard slowest > best else { break }
        if states[index].time - states[start].time >= seconds - 1e-9 {
          best = slowest
          break
        }
      }
    }
    return best
  }

  private static func sprints(in states: [Movement.State], settings: Settings) -> [Sprint] {
    var sprints: [Sprint] = []
    var run: [Movement.State] = []
    func end() {
      if let first = run.first, let last = run.last, last.time - first.time >= settings.sprintTime {
        sprints.append(
          Sprint(
            start: first.time, duration: last.time - first.time, distance: last.distance - first.distance,
            topSpeed: run.compactMap(\.speed).max() ?? 0))
      }
      run = []
    }
    for state in states {
      if let last = run.last, last.piece != state.piece { end() }
      if let speed = state.speed, speed >= settings.sprintSpeed { run.append(state) } else { end() }
    }
    end()
    return sprints
  }

  private static func recovery(_ states: [Movement.State], to base: Point2, radius: Double) -> Double? {
    var left: Movement.State?
    var before: Movement.State?
    var times: [Double] = []
    for state in states {
      let isThere = (state.position - base).length <= radius
      if let before, before.piece == state.piece {
        let wasThere = (before.position - base).length <= radius
        if wasThere, !isThere { left = before }
        if !wasThere, isThere, let start = left {
          times.append(state.time - start.time)
          left = nil
        }
      } else {
        left = nil
      }
      before = state
    }
    return times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
  }

  /// Area of the convex hull (Andrew's monotone chain).
  private static func hullArea(_ points: [Point2]) -> Double {
    let sorted = points.sorted { $0.x == $1.x ? $0.y < $1.y : $0.x < $1.x }
    guard sorted.count > 2 else { return 0 }
    func half(_ points: some Sequence<Point2>) -> [Point2] {
      var hull: [Point2] = []
      for p in points {
        while hull.count > 1 {
          let (a, b) = (hull[hull.count - 2], hull[hull.count - 1])
          guard (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) <= 0 else { break }
          hull.removeLast()
        }
        hull.append(p)
      }
      return hull.dropLast()
    }
    let hull = half(sorted) + half(sorted.reversed())
    var area = 0.0
    for index in hull.indices {
      let (a, b) = (hull[index], hull[(index + 1) % hull.count])
      area += a.x * b.y - b.x * a.y
    }
    return abs(area) / 2
  }
}

/// Seconds that a player spent in each cell of a grid over the court and a margin of it.
package struct HeatMap: Hashable, Sendable {
  /// Cells across.
  package let columns: Int
  /// Cells along.
  package let rows: Int
  /// Side of a cell, metres.
  package let cell: Double
  /// Metres beside the court that belong to the grid.
  package let margin: Double
  /// Seconds, by rows.
  package private(set) var seconds: [Double]

  /// An empty grid.
  ///
  /// - Parameters:
  ///   - cell: Metres; a fortieth of the court by default.
  ///   - margin: Metres; by default the room in which players still play.
  package init(court: Court, cell: Double? = nil, margin: Double? = nil) {
    let margin = margin ?? court.runOff.map { max($0.x, $0.y) } ?? 2
    let cell = cell ?? max(court.width, court.length) / 40
    self.cell = cell
    self.margin = margin
    columns = max(Int(((court.width + 2 * margin) / cell).rounded(.up)), 1)
    rows = max(Int(((court.length + 2 * margin) / cell).rounded(.up)), 1)
    seconds = Array(repeating: 0, count: columns * rows)
  }

  /// Counts a player's time.
  package mutating func add(_ movement: Movement, span: ClosedRange<Double>? = nil) {
    for state in movement.states where span?.contains(state.time) ?? true {
      let column = Int(((state.position.x + margin) / cell).rounded(.down))
      let row = Int(((state.position.y + margin) / cell).rounded(.down))
      guard (0..<columns).contains(column), (0..<rows).contains(row) else { continue }
      seconds[row * columns + column] += state.duration
    }
  }

  /// The grid with each cell shared out among its neighbours by a Gaussian of `radius` metres.
  package func blurred(radius: Double) -> [Double] {
    let reach = Int((2.5 * radius / cell).rounded(.up))
    let kernel = (-reach...reach).map { exp(-pow(Double($0) * cell / radius, 2) / 2) }
    let sum = kernel.reduce(0, +)
    func pass(_ values: [Double], _ stride: Int, _ count: Int, _ lines: Int, _ lineStride: Int) -> [Double] {
      var out = Array(repeating: 0.0, count: values.count)
      for line in 0..<lines {
        for index in 0..<count {
          let value = values[line * lineStride + index * stride]
          guard value != 0 else { continue }
          for offset in -reach...reach where (0..<count).contains(index + offset) {
            out[line * lineStride + (index + offset) * stride] += value * kernel[offset + reach] / sum
          }
        }
      }
      return out
    }
    return pass(pass(seconds, 1, columns, rows, columns), columns, rows, columns, 1)
  }
}
