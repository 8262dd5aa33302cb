extension Int {
  /// The number with what it counts: `1 frame`, `2 frames`.
  func counted(_ thing: String) -> String { "\(self) \(thing)" + (self == 1 ? "" : "s") }
}
