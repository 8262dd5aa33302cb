import Kapao

/// What the drawing stage of a live stream is given.
enum LiveWork: Sendable {
  /// A picture with its poses, and the seconds that finding them took.
  case picture(ArrivedFrame, [Pose], seconds: Double)
  /// A picture that nobody looked at.
  case skipped(ArrivedFrame)
  /// A picture whose poses could not be found, and why.
  case failed(ArrivedFrame, String)
  /// Nothing has come: the picture that says so is due.
  case placeholder
}
