/// A piece of the way that someone has gone.
struct TrailPiece: Hashable {
  var identity: Int
  var segment: Segment
  /// From 0 (now) to 1 (about to vanish).
  var age: Double
}
