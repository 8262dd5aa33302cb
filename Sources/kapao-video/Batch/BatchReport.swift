import Export
import Foundation
import Kapao
import Support
import VideoIO

/// What became of a batch: a table for people and JSON for programs.
struct BatchReport: Encodable {
  /// What became of a video.
  enum Status: String, Encodable {
    /// Not begun.
    case waiting
    /// It was done before, with a manifest that matches.
    case skipped
    /// Its parts that belong to this share are detected.
    case detected
    case done
    case failed
    case interrupted
  }

  /// A video.
  struct Video: Encodable {
    let input: String
    let name: String
    fileprivate(set) var status: Status? = nil
    fileprivate(set) var exit: Int32? = nil
    fileprivate(set) var frames = 0
    /// Of all processes that worked on it.
    fileprivate(set) var seconds = 0.0
    fileprivate(set) var message: String? = nil
  }

  let program = RunDescription.Program(version: KapaoVideo.version)
  let shard: String?
  let started = Date()
  private(set) var ended: Date?
  private(set) var seconds = 0.0
  /// Those of this share.
  private(set) var videos: [Video]
  private let start = MonotonicTime.seconds

  private enum CodingKeys: String, CodingKey { case program, shard, started, ended, seconds, videos }

  init(_ videos: [BatchVideo], shard: Shard?) {
    self.shard = shard?.description
    self.videos = videos.map {
      Video(input: FileName.readable(Redaction.shown($0.input.input)), name: FileName.readable($0.name))
    }
  }

  mutating func take(_ index: Int) { videos[index].status = .waiting }
  mutating func skip(_ index: Int, frames: Int) { (videos[index].status, videos[index].frames) = (.skipped, frames) }
  mutating func detected(_ index: Int) { videos[index].status = .detected }
  mutating func spend(_ index: Int, seconds: Double) { videos[index].seconds += (seconds * 1000).rounded() / 1000 }

  mutating func done(_ index: Int, frames: Int) {
    (videos[index].status, videos[index].exit, videos[index].frames) = (.done, 0, frames)
  }

  mutating func fail(_ index: Int, code: Int32, message: String) {
    (videos[index].status, videos[index].exit, videos[index].message) = (.failed, code, FileName.readable(message))
  }

  mutating func interrupt(_ indices: Set<Int>) { for index in indices { videos[index].status = .interrupted } }

  /// Leaves out what belongs to other shares.
  mutating func end() {
    ended = Date()
    seconds = ((MonotonicTime.seconds - start) * 1000).rounded() / 1000
    videos.removeAll { $0.status == nil }
  }

  func count(_ status: Status) -> Int { videos.count { $0.status == status } }

  /// 4 if trying again may help, 5 if an output failed, 3 if only inputs were unusable, 0 if everything is there.
  var exitCode: Int32 {
    let codes = videos.compactMap { $0.status == .failed ? $0.exit : nil }
    let order: [ExitStatus] = [.transient, .outputFailed, .usage, .unusableInput]
    return order.first { codes.contains($0.rawValue) }?.rawValue ?? codes.first ?? 0
  }

  /// For example `40 videos: 38 done, 1 skipped, 1 failed; 57000 frames in 45:10`.
  var summary: String {
    let parts = [Status.done, .detected, .skipped, .failed, .interrupted].map { (count($0), $0) }.filter { $0.0 > 0 }
    let text = parts.map { "\($0.0) \($0.1.rawValue)" }.joined(separator: ", ")
    let frames = videos.reduce(0) { $0 + ($1.status == .done ? $1.frames : 0) }
    return "\(videos.count.counted("video"))\(text.isEmpty ? "" : ": " + text); \(frames.counted("frame")) in "
      + ProgressReporter.duration(seconds)
  }

  /// A row for each video, and the summary.
  var table: String {
    let width = max(5, videos.map(\.name.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let rows = videos.map { video in
      let frames = video.status == .done || video.status == .skipped ? "\(video.frames)" : "-"
      let row =
        padded(video.name, width) + "  " + padded(video.status?.rawValue ?? "", 11)
        + padded("", 9 - frames.count) + frames + String(format: "%9.1f s", video.seconds)
      return row + (video.message.map { "  \($0) (exit code \(video.exit ?? 0))" } ?? "")
    }
    let header =
      padded("video", width) + "  " + padded("result", 11) + padded("", 3) + "frames" + padded("", 7) + "time"
    return ([header] + rows + [summary]).joined(separator: "\n")
  }

  /// Where the JSON is.
  static func path(in folder: String, shard: Shard?, merges: Bool) -> String {
    let share = shard.map { ".\($0.number)-of-\($0.count)" } ?? ""
    return FileName.path(folder, "\(merges ? "batch-merge" : "batch")\(share).json")
  }
}

/// How far a batch is.
struct BatchProgress {
  let report: BatchReport
  let running: Int
  /// Frames of this run.
  var frames = 0
  /// Frames to go, as far as is known.
  var framesLeft: Int?

  init(report: BatchReport, running: Int) {
    self.report = report
    self.running = running
  }
}

/// The lines of a batch on standard error.
final class BatchDisplay {
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = MonotonicTime.seconds
  private var last = MonotonicTime.seconds

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Shows how far it is, now and then.
  func show(_ progress: () -> BatchProgress) {
    let now = MonotonicTime.seconds
    guard !isQuiet, now - last >= (isTerminal ? 0.2 : 10) else { return }
    last = now
    let text = text(progress(), now - start)
    StandardError.write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
  }

  /// For example `12 of 40 videos, 1 failed, 2 running  4810 frames  48.1 frames/s  2:05 left`.
  private func text(_ progress: BatchProgress, _ seconds: Double) -> String {
    let videos = progress.report.videos.filter { $0.status != nil }
    let finished = videos.count { $0.status != .waiting }
    var parts = ["\(finished) of \(videos.count.counted("video"))"]
    if progress.report.count(.failed) > 0 { parts[0] += ", \(progress.report.count(.failed)) failed" }
    parts[0] += ", \(progress.running) running"
    let rate = Double(progress.frames) / max(seconds, 1e-3)
    parts.append(progress.frames.counted("frame"))
    parts.append(String(format: "%.1f frames/s", rate))
    if let left = progress.framesLeft, rate > 0 {
      parts.append("\(ProgressReporter.duration(Double(left) / rate)) left")
    }
    return parts.joined(separator: "  ")
  }

  /// Says what became of a video.
  func line(_ report: BatchReport, _ index: Int) {
    let video = report.videos[index]
    let text =
      video.status == .failed
      ? "failed with exit code \(video.exit ?? 0): \(video.message ?? "")"
      : video.status == .done
        ? "\(video.frames.counted("frame")) in \(ProgressReporter.duration(video.seconds))"
        : video.status?.rawValue ?? ""
    note("\(video.name): \(text)", isError: video.status == .failed)
  }

  /// A line of its own.
  func note(_ text: String, isError: Bool = false) {
    guard !isQuiet || isError else { return }
    clear()
    StandardError.print(text, isError ? .error : .info)
  }

  /// Removes the line on a terminal.
  func clear() { if isTerminal, !isQuiet { StandardError.write("\r\u{1B}[K") } }
}

/// Asks containers how many frames they have, beside the work.
final class ExpectedFrames: @unchecked Sendable {
  // @unchecked: `found` and `isStopped` lock themselves.

  private let inputs: [String]
  private let found = Locked<[Int: Int]>([:])
  private let isStopped = Locked(false)

  init(_ videos: [BatchVideo]) { inputs = videos.map(\.input.input) }

  func start(_ indices: Set<Int>) {
    let order = indices.sorted()
    DispatchQueue.global(qos: .utility).async { [self] in
      for index in order where !isStopped.value {
        guard !inputs[index].contains("://"), let info = try? VideoReader.probe(inputs[index]) else { continue }
        let duration = info.videoStream?.duration ?? info.duration
        let rate = info.videoStream?.video?.frameRate?.doubleValue
        let estimate = duration.flatMap { duration in rate.flatMap { Int(exactly: (duration * $0).rounded()) } }
        if let frames = info.videoStream?.video?.frameCount ?? estimate { found.withLock { $0[index] = frames } }
      }
    }
  }

  func stop() { isStopped.withLock { $0 = true } }

  /// Frames of videos; those that are not known count as the others. `nil` where none is known.
  func frames(of indices: Set<Int>) -> Int? {
    let found = found.value
    guard !found.isEmpty else { return nil }
    let mean = found.values.reduce(0, +) / found.count
    return indices.reduce(0) { $0 + (found[$1] ?? mean) }
  }
}
