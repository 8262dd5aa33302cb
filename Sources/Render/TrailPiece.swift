/// A piece of the way that someone has gone.
package struct TrailPiece: Hashable {
  package var identity: Int
  package var segment: Segment
  /// From 0 (now) to 1 (about to vanish).
  package var age: Double
}
