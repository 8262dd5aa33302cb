import CProcess
import Foundation
import Pipeline

/// Shows how far a run has come on standard error: a bar on a terminal, a line now and then elsewhere, and numbers for
/// `batch` where that started the run.
final class ProgressReporter: @unchecked Sendable {
  // @unchecked: everything is only touched on the queue once the timer runs.

  private static let barWidth = 24
  /// The variable in which `batch` tells the runs that it starts its process.
  static let variable = "KAPAO_BATCH_PROCESS"
  private static let mark = "\u{1}progress "
  private static let isInBatch = ProcessInfo.processInfo.environment[variable] != nil

  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let progress: @Sendable () -> AnnotationProgress
  private let queue = DispatchQueue(label: "kapao.progress")
  private var timer: (any DispatchSourceTimer)?

  init(isQuiet: Bool, progress: @escaping @Sendable () -> AnnotationProgress) {
    self.isQuiet = isQuiet
    self.progress = progress
  }

  /// Lets this process end with `batch`, where that has started it.
  static func followBatch() {
    if let parent = ProcessInfo.processInfo.environment[variable].flatMap({ Int32($0) }) { kapao_end_with(parent) }
  }

  /// The numbers in a line of a run of `batch`; `nil` for every other line.
  static func read(_ line: String) -> (frames: Int, expected: Int?)? {
    guard line.hasPrefix(mark) else { return nil }
    let numbers = line.dropFirst(mark.count).split(separator: " ").map { Int($0) ?? 0 }
    guard numbers.count == 2 else { return nil }
    return (numbers[0], numbers[1] > 0 ? numbers[1] : nil)
  }

  func start() {
    guard !isQuiet || Self.isInBatch else { return }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    let interval: TimeInterval = Self.isInBatch ? 0.5 : isTerminal ? 0.2 : 10
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { [self] in show(progress()) }
    timer.resume()
    self.timer = timer
  }

  /// Removes the bar.
  func stop() {
    queue.sync {
      timer?.cancel()
      if timer != nil, Self.isInBatch { show(progress()) }
      if timer != nil, isTerminal { StandardError.write("\r\u{1B}[K") }
      timer = nil
    }
  }

  private func show(_ progress: AnnotationProgress) {
    if Self.isInBatch {
      return StandardError.write("\(Self.mark)\(progress.frames) \(progress.expectedFrames ?? 0)\n")
    }
    let text = Self.text(progress)
    StandardError.write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
  }

  /// For example `[########----------------]  33 %  120/360 frames  24.1 frames/s  10 s left`.
  static func text(_ progress: AnnotationProgress) -> String {
    var parts: [String] = []
    if let share = progress.share {
      let filled = Int(share * Double(barWidth))
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
      parts.append("[\(bar)] \(Int(share * 100)) %")
    }
    parts.append(progress.expectedFrames.map { "\(progress.frames)/\($0) frames" } ?? "\(progress.frames) frames")
    parts.append(String(format: "%.1f frames/s", progress.frameRate))
    if let remaining = progress.remaining { parts.append("\(duration(remaining)) left") }
    return parts.joined(separator: "  ")
  }

  /// For example `0.4 s`, `10 s`, `2:05`, `1:02:05`.
  static func duration(_ seconds: Double) -> String {
    if seconds < 0.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    if hours > 0 { return String(format: "%d:%02d:%02d", hours, minutes, rest) }
    return minutes > 0 ? String(format: "%d:%02d", minutes, rest) : "\(rest) s"
  }
}
