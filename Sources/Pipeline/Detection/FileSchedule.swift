import Foundation

/// Decides in which frames of a file people are detected.
package final class FileSchedule: @unchecked Sendable {
  // @unchecked: everything is only touched under the lock.

  private let lock = NSLock()
  private let fixed: Int?
  private var pace: FilePace
  /// Frames since the last detection.
  private var since = Int.max - 1
  private var decided = 0
  private var done = 0
  /// Frames that were decided on before N changed.
  private var old = 0

  /// - Parameter isRefined: Whether people are refined in crops in the frames between: then `auto` makes use of it from
  ///   the beginning, as crops cost less than the whole frame and find more.
  package init(_ detectEvery: DetectEvery, isRefined: Bool = false) {
    pace = FilePace(least: isRefined ? DetectEvery.leastOfRefinedAuto : 1, most: DetectEvery.mostOfAuto)
    if case .frames(let count) = detectEvery { fixed = count } else { fixed = nil }
  }

  /// Whether people are to be detected in the next frame.
  package func next() -> Bool {
    lock.withLock {
      decided += 1
      let isDue = since + 1 >= fixed ?? pace.every
      since = isDue ? 0 : since + 1
      return isDue
    }
  }

  /// The next frame is tracked.
  ///
  /// - Parameters:
  ///   - time: Its presentation time in seconds.
  ///   - clock: Seconds of a monotonic clock.
  package func done(time: Double, at clock: Double) {
    guard fixed == nil else { return }
    lock.withLock {
      done += 1
      if done > old, pace.done(time: time, at: clock) { old = decided }
    }
  }
}

/// How many frames to skip so that a video is worked on at least as fast as it plays (`--detect-every auto` for files): a
/// value that is told what is done and when.
///
/// The speed, seconds of video for a second of the clock, is measured over a span of time at a time.
///
/// * If it is too low, N grows as if detection were all that takes time. Where that does not help (the disk, the encoder
///   or a camera sets the pace), N goes back and stays for a while.
/// * If it would still do were detection all that takes time, N falls by one.
/// * A run that is behind, as after its first second, wants a tenth more speed until it is not.
struct FilePace {
  /// Seconds of the clock over which the speed is measured.
  static let span = 0.5
  /// The speed that a run wants that is behind.
  static let catchingUp = 1.1
  /// The least that a greater N must bring, as a factor on the speed.
  static let gain = 1.05
  /// Seconds for which N stays where a greater one brought nothing.
  static let patience = 5.0

  private struct Moment {
    let clock: Double
    let time: Double
  }

  /// Frames from one detection to the next.
  private(set) var every: Int
  private let least: Int
  private let most: Int
  private var start: Moment?
  /// Where the present measurement began.
  private var mark: Moment?
  /// N and the speed before N grew.
  private var tried: (every: Int, speed: Double)?
  private var staysUntil = -Double.infinity

  /// - Parameters:
  ///   - least: The fewest frames from one detection to the next.
  ///   - most: The most.
  init(least: Int, most: Int) {
    every = least
    self.least = least
    self.most = most
  }

  /// A frame is done that was decided on under the present N.
  ///
  /// - Parameters:
  ///   - time: The frame's presentation time in seconds.
  ///   - clock: Seconds of a monotonic clock.
  /// - Returns: Whether N has changed: what is on its way then was decided on under the old one, and is not to be told.
  mutating func done(time: Double, at clock: Double) -> Bool {
    let now = Moment(clock: clock, time: time)
    guard let start, time >= (mark ?? start).time else {
      // The first frame, or the video's time began anew.
      start = now
      mark = now
      return false
    }
    guard let mark else {
      self.mark = now
      return false
    }
    guard clock - mark.clock >= Self.span else { return false }
    let before = every
    adapt(speed: (time - mark.time) / (clock - mark.clock), isBehind: clock - start.clock > time - start.time, clock)
    self.mark = every == before ? now : nil
    return every != before
  }

  private mutating func adapt(speed: Double, isBehind: Bool, _ clock: Double) {
    if let tried, speed < tried.speed * Self.gain {
      every = tried.every
      self.tried = nil
      staysUntil = clock + Self.patience
      return
    }
    tried = nil
    let wanted = isBehind ? Self.catchingUp : 1
    if speed < wanted, every < most, clock >= staysUntil {
      tried = (every, speed)
      every = speed > 0 ? Int(min(Double(most), (Double(every) * wanted / speed).rounded(.up))) : most
    } else if every > least, speed * Double(every - 1) / Double(every) > Self.catchingUp {
      every -= 1
    }
  }
}
