import Pipeline
import Testing

struct FilePaceTests {
  /// A run in which a frame takes `frame` seconds, and `detection` more if it is looked at.
  struct Run {
    var detected = 0
    var clock = 0.0
    /// N after each frame.
    var every: [Int] = []

    init(
      _ detectEvery: DetectEvery = .auto, isRefined: Bool = false, frames: Int = 750, rate: Double = 25, delay: Int = 0,
      frame: (Int) -> Double = { _ in 0.005 }, detection: (Int) -> Double
    ) {
      let schedule = FileSchedule(detectEvery, isRefined: isRefined)
      var since = 0
      for index in 0..<frames + delay {
        if index < frames, schedule.next() {
          clock += detection(index)
          detected += 1
          since = 0
        }
        since += 1
        every.append(since)
        guard index >= delay else { continue }
        clock += frame(index - delay)
        schedule.done(time: Double(index - delay) / rate, at: clock)
      }
    }

    /// The longest way from one detection to the next in a range of frames.
    func most(_ range: Range<Int>) -> Int { every[range].max() ?? 0 }
  }

  @Test(arguments: [0, 12])
  func `A network that is too slow is asked less often, and the run ends before the video would`(delay: Int) {
    // 115 ms a frame where there are 40: every fourth would do, if nothing were to be caught up with.
    let run = Run(delay: delay) { _ in 0.11 }
    #expect(run.clock <= 750.0 / 25)
    #expect((3...5).contains(run.most(400..<750)))
    #expect(run.detected >= 750 / 5)
  }

  @Test func `A network that is fast enough is asked for every frame`() {
    #expect(Run { _ in 0.025 }.detected == 750)
  }

  @Test func `When the machine is free again more frames are looked at`() {
    let run = Run(frames: 1500) { $0 < 500 ? 0.11 : 0.01 }
    #expect(run.most(300..<500) >= 3)
    #expect(run.most(1200..<1500) == 1)
  }

  @Test func `N stays within its bounds, and small where something else takes the time`() {
    #expect(Run(frames: 300) { _ in 2 }.most(0..<300) == 8)
    // The encoder takes twice as long as the video plays.
    let run = Run(frame: { _ in 0.08 }, detection: { _ in 0.0001 })
    #expect(run.detected > 750 / 2)
  }

  @Test func `N does not waver where it fits`() {
    let every = Run(frames: 1500) { _ in 0.11 }.every[700...]
    let ways = zip(every, every.dropFirst()).filter { $1 == 1 }.map(\.0)
    #expect(Set(ways).count <= 2)
  }

  @Test func `With second looks in all frames every fifth is enough, and fewer where that is too slow`() {
    #expect(Run(isRefined: true) { _ in 0.01 }.detected == 750 / 5)
    let slow = Run(isRefined: true, frames: 1500) { $0 < 700 ? 0.35 : 0.01 }
    #expect(slow.most(300..<700) > 5)
    #expect(Set(zip(slow.every, slow.every.dropFirst()).dropFirst(1300).filter { $1 == 1 }.map(\.0)) == [5])
    #expect(Run(.frames(2), isRefined: true) { _ in 0.01 }.detected == 375)
  }

  @Test func `An explicit N is kept, however slow the network is`() {
    let run = Run(.frames(3), frames: 300) { _ in 5 }
    #expect(run.every == (0..<300).map { $0 % 3 + 1 })
  }
}
