import Foundation
import Pipeline

/// Prints a live stream's numbers from time to time.
final class LiveReporter: @unchecked Sendable {
  // @unchecked: the timer is made before and cancelled after everything else.

  private let stream: LiveStream
  private let interval: Double
  private let queue = DispatchQueue(label: "kapao.report")
  private var timer: (any DispatchSourceTimer)?

  init(stream: LiveStream, interval: Double) {
    self.stream = stream
    self.interval = interval
  }

  func start() {
    guard interval > 0 else { return }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { [self] in print() }
    timer.resume()
    self.timer = timer
  }

  func stop() { timer?.cancel() }

  /// Prints the numbers once.
  func print() {
    StandardError.print(Self.text(stream.status))
  }

  /// For example `streaming 1280x720: 25.0 frames/s in, 12.1 out; …`.
  static func text(_ status: LiveStatus) -> String {
    var state = status.state.rawValue
    if let width = status.width, let height = status.height { state += " \(width)x\(height)" }
    let counters = status.counters
    var parts = [
      String(format: "%@: %.1f frames/s in, %.1f out", state, status.sourceRate, status.processedRate),
      "\(counters.read) read, \(counters.processed) processed, \(counters.dropped) dropped, \(counters.skipped) skipped",
    ]
    if counters.predicted > 0 {
      parts.append("\(counters.detected) detected, \(counters.predicted) predicted (every \(status.detectEvery))")
    }
    if let latency = status.latency {
      parts.append(String(format: "latency p50 %.0f ms, p95 %.0f ms", latency.p50 * 1000, latency.p95 * 1000))
    }
    if let inference = status.inference { parts.append(String(format: "inference p50 %.0f ms", inference.p50 * 1000)) }
    parts.append("\(status.outages) outages")
    for output in status.outputs where output.dropped > 0 || !output.isOpen {
      parts.append("\(output.name): \(output.isOpen ? "" : "not open, ")\(output.dropped) dropped")
    }
    return parts.joined(separator: "; ")
  }
}
