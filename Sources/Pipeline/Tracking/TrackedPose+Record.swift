import Export
import Kapao
import Render
import Tracking

extension PersonRecord {
  /// A person as the exporters see it.
  init(_ person: TrackedPose) {
    let state: State
    switch person.state {
    case .detected: state = .detected
    case .filled: state = .filled
    case .interpolated: state = .interpolated
    case .extrapolated, .predicted, .lost: state = .predicted
    }
    self.init(pose: person.pose, trackID: person.trackID, raw: person.raw, state: state)
  }
}

extension OverlayPerson {
  /// A person as it is drawn.
  init(_ person: TrackedPose) {
    self.init(pose: person.pose, identity: person.trackID)
    switch person.role {
    case .player: role = .player
    case .crowd: role = .crowd
    case nil: role = .anyone
    }
  }
}
