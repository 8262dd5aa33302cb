/// Which tracker tells people apart (`--tracker`).
public enum TrackerChoice: String, CaseIterable, Sendable {
  /// Nobody has an identity.
  case none
  /// Any number of people (`OKSTracker`).
  case oks
  /// A fixed number of players, and the crowd (`PlayerTracker`).
  case players
}
