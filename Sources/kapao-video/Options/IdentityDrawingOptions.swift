import ArgumentParser
import Render

/// What is drawn of who is who.
struct IdentityDrawingOptions: ParsableArguments {
  @Flag(help: "Write each person's identity at the box.")
  var ids = false

  @Option(help: "Draw the way that each person has gone in the last seconds.")
  var trail = 0.0

  @Flag(inversion: .prefixedNo, help: "Fill players' boxes with a trace of their colour, for --tracker players.")
  var playerBoxes = true

  func validate() throws {
    guard (0...3600).contains(trail) else { throw ValidationError("--trail must be between 0 and 3600 seconds.") }
  }

  /// Adds what these options say to a style.
  func apply(to style: inout OverlayStyle) {
    if ids { style.labels.insert(.identity) }
    style.trail = trail
    style.fillsPlayers = playerBoxes
  }
}
