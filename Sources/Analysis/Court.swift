import Foundation
import Kapao

/// The plan of a court or field: its outline, lines and named points in metres.
///
/// The origin is a corner, x runs across and y along the court; seen from above, y is to the left of x. Only squash, whose y is the
/// distance from the front wall, has it to the right (`isClockwise`). Official dimensions; `source` says whose.
package struct Court: Hashable, Sendable, Codable {
  /// A straight or bent line, by its corners in metres.
  package struct Line: Hashable, Sendable, Codable {
    /// The corners.
    package var points: [Point2]

    /// A line.
    package init(_ points: [Point2]) { self.points = points }
  }

  /// A part of the court in which time is counted.
  package struct Zone: Hashable, Sendable, Codable {
    /// What the zone is called, for example `front third`.
    package var name: String
    /// Its corners in metres.
    package var polygon: [Point2]
    /// The zones of a set share the court out among them; those of other sets overlap.
    package var set: String

    /// Whether a position on the floor, in metres, is in the zone.
    package func contains(_ point: Point2) -> Bool {
      Polygon.contains(point.x, point.y, corners: polygon.lazy.map { ($0.x, $0.y) })
    }
  }

  /// The sport, or a file's own name.
  package var name: String
  /// Across, metres.
  package var width: Double
  /// Along, metres.
  package var length: Double
  /// Where the dimensions are from.
  package var source: String
  /// What is drawn.
  package var lines: [Line]
  /// Points that can be recognised in a picture, by name.
  package var landmarks: [String: Point2]
  /// Parts in which time is counted.
  package var zones: [Zone]
  /// The place that a player returns to (squash's T), if the sport has one.
  package var base: Point2?
  /// Whether y, seen from above, is to the right of x.
  package var isClockwise = false
  /// Metres beside the court in which players still play: at the sides and behind the ends; 3 m where it is not given.
  package var runOff: Point2?

  /// Whether somebody at a position plays: on the court, or in the room beside it.
  package func isInPlay(_ point: Point2) -> Bool {
    let room = runOff ?? Point2(3, 3)
    return point.x >= -room.x && point.x <= width + room.x && point.y >= -room.y && point.y <= length + room.y
  }

}

extension Court {
  /// The courts that the program knows, by the name on the command line.
  package static let known: [String: Court] = [
    "squash": .squash, "tennis": .tennis, "padel": .padel, "badminton": .badminton, "basketball": .basketball,
    "football": .football,
  ]

  private static func rectangle(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> [Point2] {
    [Point2(x1, y1), Point2(x2, y1), Point2(x2, y2), Point2(x1, y2)]
  }

  private static func outline(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Line {
    Line(rectangle(x1, y1, x2, y2) + [Point2(x1, y1)])
  }

  private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Line {
    Line([Point2(x1, y1), Point2(x2, y2)])
  }

  private static func circle(_ x: Double, _ y: Double, _ radius: Double, from: Double = 0, to: Double = 360) -> Line {
    let count = 48
    return Line(
      (0...count).map { index in
        let angle = (from + (to - from) * Double(index) / Double(count)) * .pi / 180
        return Point2(x + radius * cos(angle), y + radius * sin(angle))
      })
  }

  private static func corners(_ width: Double, _ length: Double) -> [String: Point2] {
    [
      "bottom-left": Point2(0, 0), "bottom-right": Point2(width, 0), "top-left": Point2(0, length),
      "top-right": Point2(width, length),
    ]
  }

  private static func sides(_ width: Double, _ length: Double) -> [Zone] {
    [
      Zone(name: "left", polygon: rectangle(0, 0, width / 2, length), set: "sides"),
      Zone(name: "right", polygon: rectangle(width / 2, 0, width, length), set: "sides"),
    ]
  }

  private static func thirds(_ width: Double, _ length: Double, names: [String]) -> [Zone] {
    names.enumerated().map { index, name in
      let third = length / 3
      return Zone(
        name: name, polygon: rectangle(0, Double(index) * third, width, Double(index + 1) * third), set: "thirds")
    }
  }

  private static func halves(_ width: Double, _ length: Double, net: Double) -> [Zone] {
    [
      Zone(name: "bottom at the net", polygon: rectangle(0, length / 2 - net, width, length / 2), set: "net"),
      Zone(name: "bottom in the back", polygon: rectangle(0, 0, width, length / 2 - net), set: "net"),
      Zone(name: "top at the net", polygon: rectangle(0, length / 2, width, length / 2 + net), set: "net"),
      Zone(name: "top in the back", polygon: rectangle(0, length / 2 + net, width, length), set: "net"),
    ]
  }

  /// A plan without lines but its outline, for example of a hall.
  package static func plain(name: String, width: Double, length: Double) -> Court {
    Court(
      name: name, width: width, length: length, source: "as given", lines: [outline(0, 0, width, length)],
      landmarks: corners(width, length), zones: sides(width, length), base: nil)
  }

  /// Squash, singles: 6.40 × 9.75 m, lines of 5 cm; the short line's near edge is 5.44 m from the front wall, the service boxes
  /// are 1.60 m inside.
  package static let squash: Court = {
    let (w, l, short, box) = (6.40, 9.75, 5.44, 1.60)
    var landmarks = [
      "front-left": Point2(0, 0), "front-right": Point2(w, 0), "back-left": Point2(0, l), "back-right": Point2(w, l),
      "short-left": Point2(0, short), "short-right": Point2(w, short), "t": Point2(w / 2, short),
      "half-court-back": Point2(w / 2, l), "left-box-corner": Point2(box, short + 0.05 + box),
      "right-box-corner": Point2(w - box, short + 0.05 + box),
    ]
    landmarks["left-box-front"] = Point2(box, short)
    landmarks["right-box-front"] = Point2(w - box, short)
    return Court(
      name: "squash", width: w, length: l,
      source: "World Squash Federation, specifications for squash courts (singles)",
      lines: [
        outline(0, 0, w, l), line(0, short, w, short), line(w / 2, short, w / 2, l),
        Line([Point2(0, short + 0.05 + box), Point2(box, short + 0.05 + box), Point2(box, short)]),
        Line([Point2(w, short + 0.05 + box), Point2(w - box, short + 0.05 + box), Point2(w - box, short)]),
      ],
      landmarks: landmarks,
      zones: sides(w, l) + thirds(w, l, names: ["front third", "middle third", "back third"]),
      base: Point2(w / 2, short),
      isClockwise: true, runOff: Point2(0.6, 0.6))
  }()

  /// Tennis: 10.97 × 23.77 m, singles 8.23 m wide, service lines 6.40 m from the net, 3.66 m of room at the sides and 6.40 m behind.
  package static let tennis: Court = {
    let (w, l, alley, service) = (10.97, 23.77, 1.37, 6.40)
    let net = l / 2
    var landmarks = corners(w, l)
    for (row, y) in [("bottom", 0.0), ("top", l)] {
      landmarks["\(row)-singles-left"] = Point2(alley, y)
      landmarks["\(row)-singles-right"] = Point2(w - alley, y)
    }
    for (row, y) in [("bottom-service", net - service), ("top-service", net + service)] {
      landmarks["\(row)-left"] = Point2(alley, y)
      landmarks["\(row)-centre"] = Point2(w / 2, y)
      landmarks["\(row)-right"] = Point2(w - alley, y)
    }
    return Court(
      name: "tennis", width: w, length: l, source: "International Tennis Federation, Rules of Tennis, rule 1",
      lines: [
        outline(0, 0, w, l), line(alley, 0, alley, l), line(w - alley, 0, w - alley, l), line(0, net, w, net),
        line(alley, net - service, w - alley, net - service), line(alley, net + service, w - alley, net + service),
        line(w / 2, net - service, w / 2, net + service),
      ],
      landmarks: landmarks, zones: sides(w, l) + halves(w, l, net: 4), base: nil, runOff: Point2(3.66, 6.40))
  }()

  /// Padel: 10 × 20 m, service lines 6.95 m from the net.
  package static let padel: Court = {
    let (w, l, service) = (10.0, 20.0, 6.95)
    var landmarks = corners(w, l)
    for (row, y) in [("bottom-service", l / 2 - service), ("top-service", l / 2 + service)] {
      landmarks["\(row)-left"] = Point2(0, y)
      landmarks["\(row)-centre"] = Point2(w / 2, y)
      landmarks["\(row)-right"] = Point2(w, y)
    }
    landmarks["net-left"] = Point2(0, l / 2)
    landmarks["net-right"] = Point2(w, l / 2)
    return Court(
      name: "padel", width: w, length: l, source: "International Padel Federation, Rules of Padel, rule 1",
      lines: [
        outline(0, 0, w, l), line(0, l / 2, w, l / 2), line(0, l / 2 - service, w, l / 2 - service),
        line(0, l / 2 + service, w, l / 2 + service), line(w / 2, l / 2 - service - 0.2, w / 2, l / 2 + service + 0.2),
      ],
      landmarks: landmarks, zones: sides(w, l) + halves(w, l, net: 3), base: nil, runOff: Point2(1, 1))
  }()

  /// Badminton: 6.10 × 13.40 m, singles 5.18 m wide, short service lines 1.98 m from the net.
  package static let badminton: Court = {
    let (w, l, alley, short, long) = (6.10, 13.40, 0.46, 1.98, 0.76)
    let net = l / 2
    var landmarks = corners(w, l)
    for (row, y) in [("bottom-service", net - short), ("top-service", net + short)] {
      landmarks["\(row)-left"] = Point2(0, y)
      landmarks["\(row)-centre"] = Point2(w / 2, y)
      landmarks["\(row)-right"] = Point2(w, y)
    }
    return Court(
      name: "badminton", width: w, length: l, source: "Badminton World Federation, Laws of Badminton, law 1",
      lines: [
        outline(0, 0, w, l), line(alley, 0, alley, l), line(w - alley, 0, w - alley, l), line(0, net, w, net),
        line(0, net - short, w, net - short), line(0, net + short, w, net + short), line(0, long, w, long),
        line(0, l - long, w, l - long), line(w / 2, 0, w / 2, net - short), line(w / 2, net + short, w / 2, l),
      ],
      landmarks: landmarks, zones: sides(w, l) + halves(w, l, net: 1.98), base: nil)
  }()

  /// Basketball (FIBA): 15 × 28 m, keys of 4.90 × 5.80 m, three-point arcs of 6.75 m around baskets 1.575 m from the baseline.
  package static let basketball: Court = {
    let (w, l, key, depth, basket, three, corner) = (15.0, 28.0, 4.90, 5.80, 1.575, 6.75, 0.90)
    let half = w / 2 - corner
    let straight = basket + (three * three - half * half).squareRoot()
    let opening = acos(half / three) * 180 / .pi
    var lines = [outline(0, 0, w, l), line(0, l / 2, w, l / 2), circle(w / 2, l / 2, 1.80)]
    for top in [false, true] {
      let at = { (y: Double) in top ? l - y : y }
      lines.append(
        Line([
          Point2((w - key) / 2, at(0)), Point2((w - key) / 2, at(depth)), Point2((w + key) / 2, at(depth)),
          Point2((w + key) / 2, at(0)),
        ]))
      let arc = circle(w / 2, basket, three, from: opening, to: 180 - opening).points
      let whole =
        [Point2(w - corner, 0), Point2(w - corner, straight)] + arc + [Point2(corner, straight), Point2(corner, 0)]
      lines.append(Line(whole.map { Point2($0.x, at($0.y)) }))
    }
    var landmarks = corners(w, l)
    landmarks["centre-left"] = Point2(0, l / 2)
    landmarks["centre"] = Point2(w / 2, l / 2)
    landmarks["centre-right"] = Point2(w, l / 2)
    for (row, near, far) in [("bottom", 0.0, depth), ("top", l, l - depth)] {
      landmarks["\(row)-key-left"] = Point2((w - key) / 2, near)
      landmarks["\(row)-key-right"] = Point2((w + key) / 2, near)
      landmarks["\(row)-free-throw-left"] = Point2((w - key) / 2, far)
      landmarks["\(row)-free-throw-right"] = Point2((w + key) / 2, far)
    }
    return Court(
      name: "basketball", width: w, length: l, source: "FIBA, Official Basketball Rules, article 2", lines: lines,
      landmarks: landmarks,
      zones: sides(w, l) + thirds(w, l, names: ["bottom third", "middle third", "top third"]), base: nil)
  }()

  /// Football: 68 × 105 m as FIFA recommends, penalty areas of 40.32 × 16.50 m.
  package static let football: Court = {
    let (w, l, area, depth, goalArea, goalDepth) = (68.0, 105.0, 40.32, 16.50, 18.32, 5.50)
    var lines = [outline(0, 0, w, l), line(0, l / 2, w, l / 2), circle(w / 2, l / 2, 9.15)]
    var landmarks = corners(w, l)
    landmarks["centre-left"] = Point2(0, l / 2)
    landmarks["centre"] = Point2(w / 2, l / 2)
    landmarks["centre-right"] = Point2(w, l / 2)
    for (row, near, sign) in [("bottom", 0.0, 1.0), ("top", l, -1.0)] {
      for (width, reach, name) in [(area, depth, "area"), (goalArea, goalDepth, "goal-area")] {
        let (left, right, far) = ((w - width) / 2, (w + width) / 2, near + sign * reach)
        lines.append(Line([Point2(left, near), Point2(left, far), Point2(right, far), Point2(right, near)]))
        landmarks["\(row)-\(name)-left"] = Point2(left, far)
        landmarks["\(row)-\(name)-right"] = Point2(right, far)
      }
    }
    return Court(
      name: "football", width: w, length: l, source: "IFAB, Laws of the Game, law 1 (FIFA's recommended size)",
      lines: lines,
      landmarks: landmarks,
      zones: sides(w, l) + thirds(w, l, names: ["bottom third", "middle third", "top third"]), base: nil)
  }()
}
