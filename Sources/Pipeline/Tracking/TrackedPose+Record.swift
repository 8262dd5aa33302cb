import Export
import Kapao
import Render
import Tracking

extension PersonRecord {
  /// A person as the exporters see it.
  init(_ person: TrackedPose) {
    self.init(pose: person.pose, trackID: person.trackID, raw: person.raw, isFilled: person.state == .filled)
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
