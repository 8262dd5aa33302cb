import Foundation
import Pipeline
import Testing

/// A stream of a camera that comes and goes, beside one that must not notice.
final class OutageScene {
  /// What a stream may need on top of its back-off to show pictures again.
  private static let allowance = 5.0

  let camera = Camera()
  private let lost: LiveStreamBench
  private let other: LiveStreamBench

  /// Both streams, with pictures.
  init() throws {
    try camera.start()
    (lost, other) = try Self.streams(camera.url())
    start()
    try #require(lost.watcher.wait(for: 5, within: 25) != nil)
  }

  /// Two streams that are not yet started, of a camera that is not what it should be.
  init(user: String = "", _ spoil: (Camera) throws -> Void) throws {
    // The camera's port is known from its first start on.
    try camera.start()
    camera.kill(SIGKILL)
    try spoil(camera)
    (lost, other) = try Self.streams(camera.url(user: user))
  }

  var status: LiveStatus { lost.stream.status }

  func start() {
    lost.stream.start()
    other.stream.start()
  }

  /// Waits for pictures that say that there are none.
  func waitForPlaceholder(count: Int = 1) {
    #expect(lost.watcher.wait(for: count, within: 25) { $0.record == nil } != nil)
  }

  /// Brings the camera back and measures how long the stream takes to show its pictures.
  func recover(_ name: String, _ bringBack: (Camera) throws -> Void) throws {
    try bringBack(camera)
    // An attempt that is under way may fail still; then the shortest wait follows, and at most a fifth more.
    let backOff = max(status.retryIn ?? 0, 1.2)
    let limit = backOff + Self.allowance
    let seconds = lost.watcher.wait(within: limit)
    print(
      String(
        format: "recovery, %@: %@ after the source was back, limit %.1f s", name,
        seconds.map { String(format: "%.2f s", $0) } ?? "none", limit))
    #expect(seconds != nil, "no picture within \(limit) s, \(status.state), \(status.lastError ?? "")")
  }

  /// Ends both streams and looks back at them.
  func stop() {
    #expect(lost.stream.stop())
    #expect(other.stream.stop())
    let times = lost.watcher.received.map(\.frame.pts)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    for counters in [status.counters, other.stream.status.counters] { #expect(counters.onTheirWay == 0) }
    // The neighbour had pictures all the time.
    #expect(other.stream.status.outages == 0)
    let dates = other.watcher.received.filter { $0.record != nil }.map(\.date)
    #expect(dates.count > 20)
    #expect(zip(dates, dates.dropFirst()).allSatisfy { $1.timeIntervalSince($0) < 1 })
  }

  private static func streams(_ url: String) throws -> (LiveStreamBench, LiveStreamBench) {
    (try LiveStreamBench(url), try LiveStreamBench("lavfi:testsrc2=s=320x180:r=25"))
  }
}
