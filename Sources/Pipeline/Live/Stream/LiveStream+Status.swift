import Analysis
import Foundation
import Support
import VideoIO

extension LiveStream {
  /// How the stream is doing.
  public var status: LiveStatus {
    let now = MonotonicTime.seconds
    let (dropped, stages) = (dropped, stages)
    return lock.withLock {
      var counters = state.counters
      counters.dropped += dropped
      var retry: Double?
      let shown: LiveStatus.State
      switch state.supervision.state {
      case .idle: shown = .idle
      case .connecting: shown = .connecting
      case .streaming: shown = .streaming
      case .closing: shown = .waiting
      case .waiting(let time):
        shown = .waiting
        retry = max(0, time - now)
      case .ended: shown = .ended
      }
      return LiveStatus(
        name: name, source: settings.source.description, state: shown, startedAt: state.date.timeIntervalSince1970,
        retryIn: retry,
        connections: state.supervision.generation, outages: state.supervision.outages,
        abandoned: state.supervision.abandoned, timestampJumps: state.timeline.jumps, lastError: state.lastError,
        width: state.size?.width, height: state.size?.height, sourceRate: state.sourceRate.value(at: now),
        processedRate: state.processedRate.value(at: now), detectEvery: state.pace.every, people: state.people,
        court: settings.overlay.calibration.map {
          LiveStatus.Court(
            name: $0.court.name, width: $0.court.width, length: $0.court.length, error: state.courtProblem)
        }, players: settings.overlay.calibration == nil ? nil : state.players,
        pictureAge: state.lastPicture.map { now - $0 }, counters: counters, latency: state.latency.distribution,
        inference: state.inference.distribution, stages: stages, outputs: receivers.compactMap(\.status))
    }
  }

  /// The court on which people are found.
  package var court: Court? { settings.overlay.calibration?.court }

  /// What ended the source for good, where it was an error.
  public var failure: (any Error)? { lock.withLock { state.failure } }
}
