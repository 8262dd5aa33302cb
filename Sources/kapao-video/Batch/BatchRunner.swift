import Foundation
import Kapao
import Support
import VideoIO

/// Runs a batch: each video, or part of one, in a process of its own, so many at a time.
final class BatchRunner {
  /// How it is done.
  struct Settings {
    /// Where results go.
    var folder: String
    /// Videos at a time.
    var jobs: Int
    /// Threads of all of them together.
    var threads: Int
    /// How often a video is tried again after a transient failure.
    var retries: Int
    /// Whether results with a manifest that matches stay as they are.
    var skipsExisting: Bool
    /// Seconds of the parts into which videos are split.
    var split: Double?
    /// Whether parts are put together, and nothing else.
    var mergesOnly: Bool
    /// Whether parts stay when they have been put together.
    var keepsParts: Bool
    /// The share that is done here.
    var shard: Shard?
    var isQuiet: Bool
  }

  /// What is done in a process.
  private enum Step: Equatable {
    case whole
    case part(Int, of: Int)
    case merge
  }

  private struct Unit {
    let video: Int
    let step: Step
    var attempts = 0
    var notBefore = 0.0
  }

  private final class Job {
    let unit: Unit
    let process: ChildProcess
    let lock: FileLock?
    let input: BatchManifest.Input
    let started = Date()
    var ending: ChildProcess.Ending?
    /// The input's SHA-256, once it is known.
    let digest = Locked<String??>(nil)

    init(_ unit: Unit, _ process: ChildProcess, _ lock: FileLock?, _ input: String) {
      self.unit = unit
      self.process = process
      self.lock = lock
      self.input = BatchManifest.Input(input)
      guard lock != nil, FileSystem.isFile(input) else {
        digest.withLock { $0 = .some(nil) }
        return
      }
      DispatchQueue.global().async { [digest] in
        let value = try? FileDigest.sha256(ofFile: input)
        digest.withLock { $0 = .some(value) }
      }
    }
  }

  /// What became of the videos so far.
  private(set) var report: BatchReport
  private let settings: Settings
  private let videos: [BatchVideo]
  private let sources: [BatchSource]
  private var queue: [Unit] = []
  private var jobs: [Job] = []
  /// Parts of each video that are still to be done here.
  private var partsLeft: [Int: Int] = [:]
  private let expected: ExpectedFrames
  private var framesDone = 0
  /// Frames of the parts that are done of videos that are not.
  private var framesOfParts: [Int: Int] = [:]
  /// The most memory that a process had, in bytes; 0 before any has ended.
  private var measuredMemory = 0

  init(_ videos: [BatchVideo], sources: [BatchSource], _ settings: Settings) {
    self.videos = videos
    self.sources = sources
    self.settings = settings
    report = BatchReport(videos, shard: settings.shard)
    expected = ExpectedFrames(videos)
  }

  /// Runs until nothing is left, or it is interrupted.
  ///
  /// - Throws: `OutputError` where no file can be made in the folder of outputs.
  func run() throws {
    try FolderFiles.make(settings.folder)
    try FolderFiles.requireWritable(settings.folder, path: settings.folder)
    InterruptHandler.shared.onInterrupt {}
    fillQueue()
    let display = BatchDisplay(isQuiet: settings.isQuiet)
    expected.start(Set(queue.map(\.video)))
    while !queue.isEmpty || !jobs.isEmpty {
      if InterruptHandler.shared.isInterrupted { break }
      endJobs(display)
      startJobs(display)
      display.show { progress }
      usleep(20_000)
    }
    display.clear()
    expected.stop()
    for job in jobs {
      job.process.kill()
      while job.process.ending() == nil { usleep(1000) }
      clean(job.unit.video)
    }
    if InterruptHandler.shared.isInterrupted { report.interrupt(Set(queue.map(\.video) + jobs.map(\.unit.video))) }
    jobs = []
    FileSystem.remove(FileName.path(settings.folder, BatchVideo.scratchName))
    report.end()
  }

  // MARK: - What is to be done

  private func fillQueue() {
    var number = 0
    for index in videos.indices {
      var units = [Unit(video: index, step: settings.mergesOnly ? .merge : .whole)]
      if let split = settings.split, !settings.mergesOnly {
        let count = Self.parts(videos[index], of: split)
        units = (0..<count).map { Unit(video: index, step: .part($0 + 1, of: count)) }
      }
      let isOwn = units.indices.map { settings.shard?.has(number + $0) ?? true }
      number += units.count
      units = zip(units, isOwn).filter(\.1).map(\.0)
      guard !units.isEmpty else { continue }
      report.take(index)
      if settings.skipsExisting, let manifest = BatchManifest(videos[index].name, in: settings.folder),
        manifest.matches(videos[index], sources[index], in: settings.folder)
      {
        report.skip(index, frames: manifest.frames)
        continue
      }
      partsLeft[index] = units.count
      queue += units
    }
  }

  /// The number of parts, by what the container says of the length; one where it says nothing.
  private static func parts(_ video: BatchVideo, of seconds: Double) -> Int {
    let info = try? VideoReader.probe(video.input.input)
    guard let duration = info?.videoStream?.duration ?? info?.duration, duration > 0 else { return 1 }
    return max(1, Int((duration / seconds).rounded(.up)))
  }

  private func startJobs(_ display: BatchDisplay) {
    let now = MonotonicTime.seconds
    let memory = measuredMemory > 0 ? measuredMemory : 1 << 30
    while jobs.count < settings.jobs, let place = queue.firstIndex(where: { $0.notBefore <= now }) {
      // Those that have begun a moment ago have not taken theirs yet.
      let promised = jobs.count { now - $0.process.started < 5 } * memory
      guard jobs.isEmpty || MemoryLimit.available - promised >= memory else { return }
      let unit = queue.remove(at: place)
      do {
        jobs.append(try start(unit))
      } catch {
        fail(unit, code: ExitStatus(error).rawValue, message: "\(error)", display)
      }
    }
  }

  private func start(_ unit: Unit) throws -> Job {
    let video = videos[unit.video]
    let input = video.input.input.hasPrefix("-") ? "./" + video.input.input : video.input.input
    let scratch = video.scratch(in: settings.folder)
    let parts = FileName.path(scratch, "parts")
    let work = work(unit.video)
    try FolderFiles.make(scratch)
    var lock: FileLock?
    var arguments = ["annotate", input] + video.options(in: work)
    arguments += ["--threads=\(max(1, settings.threads / settings.jobs))"]
    switch unit.step {
    case .part(let number, let count):
      try FolderFiles.make(parts)
      arguments += ["--detections=\(parts)", "--part=\(number)/\(count)", "--part-length=\(settings.split ?? 0)"]
    case .whole, .merge:
      lock = FileLock(FileName.path(scratch, "lock"))
      guard lock != nil else { throw BatchError.busy(video.name) }
      // What a run left that was killed.
      FolderFiles.removeTree(work)
      try FolderFiles.make(work)
      for option in video.options {
        guard let output = option.range(of: BatchVideo.folderMark + "/") else { continue }
        try FolderFiles.make(FileName.folder(of: FileName.path(work, String(option[output.upperBound...]))))
      }
      if unit.step == .merge { arguments += ["--detections=\(parts)"] }
    }
    return Job(unit, try ChildProcess(arguments), lock, video.input.input)
  }

  private func work(_ video: Int) -> String { FileName.path(videos[video].scratch(in: settings.folder), "work") }

  // MARK: - What has been done

  private func endJobs(_ display: BatchDisplay) {
    for job in jobs {
      job.ending = job.ending ?? job.process.ending()
      guard let ending = job.ending, job.digest.value != nil || ending.code != 0 else { continue }
      jobs.removeAll { $0 === job }
      measuredMemory = max(measuredMemory, ending.memory)
      report.spend(job.unit.video, seconds: MonotonicTime.seconds - job.process.started)
      if ending.code == 0 { finish(job, ending, display) } else { retryOrFail(job, ending, display) }
    }
  }

  private func finish(_ job: Job, _ ending: ChildProcess.Ending, _ display: BatchDisplay) {
    let video = job.unit.video
    framesDone += job.unit.step == .merge ? 0 : ending.state.frames
    if case .part = job.unit.step {
      framesOfParts[video, default: 0] += ending.state.frames
      partsLeft[video]! -= 1
      guard partsLeft[video] == 0 else { return }
      guard settings.shard != nil else { return queue.insert(Unit(video: video, step: .merge), at: 0) }
      report.detected(video)
      return display.line(report, video)
    }
    do {
      try publish(job, ending)
      report.done(video, frames: ending.state.frames)
      display.line(report, video)
    } catch {
      fail(job.unit, code: ExitStatus(error).rawValue, message: "\(error)", display)
    }
  }

  /// Gives outputs their names, and then writes the manifest.
  private func publish(_ job: Job, _ ending: ChildProcess.Ending) throws {
    let (video, work) = (videos[job.unit.video], work(job.unit.video))
    let outputs = BatchManifest.outputs(in: work)
    if let earlier = BatchManifest(video.name, in: settings.folder) {
      FileSystem.remove(BatchManifest.path(video.name, in: settings.folder))
      earlier.removeOutputs(in: settings.folder, besides: outputs)
    }
    try FolderFiles.move(work, into: settings.folder)
    var input = job.input
    input.sha256 = job.digest.value ?? nil
    let manifest = BatchManifest(
      video: video, source: sources[job.unit.video], input: input, outputs: outputs, ending: ending,
      started: job.started)
    try FolderFiles.make(FileName.folder(of: FileName.path(settings.folder, video.name)))
    try manifest.write(video.name, in: settings.folder)
    let scratch = video.scratch(in: settings.folder)
    guard settings.keepsParts else { return FolderFiles.removeTree(scratch) }
    FolderFiles.removeTree(work)
  }

  private func retryOrFail(_ job: Job, _ ending: ChildProcess.Ending, _ display: BatchDisplay) {
    var unit = job.unit
    let mark = ["kapao-video: ", "Error: "].first { mark in ending.state.lines.contains { $0.hasPrefix(mark) } }
    let line =
      ending.state.lines.last { mark.map($0.hasPrefix) ?? true }.map { String($0.dropFirst(mark?.count ?? 0)) } ?? ""
    let signal = ending.code - 128
    let isKilled = [SIGKILL, SIGTERM].contains(signal)
    let message = signal > 0 && ending.code != 130 ? "ended by signal \(signal)" : line
    // Whoever killed it had a reason that may be over, as a lack of memory.
    let code = isKilled ? ExitStatus.transient.rawValue : ending.code
    FolderFiles.removeTree(work(unit.video))
    // Trying again brings no part that is missing.
    let isPassing = code == ExitStatus.transient.rawValue && (unit.step != .merge || isKilled)
    guard isPassing, unit.attempts < settings.retries else {
      return fail(unit, code: signal > 0 && !isKilled && ending.code != 130 ? 5 : code, message: message, display)
    }
    unit.attempts += 1
    unit.notBefore = MonotonicTime.seconds + min(60, pow(2, Double(unit.attempts - 1)))
    queue.append(unit)
    display.note("\(videos[unit.video].name): \(message); trying again")
  }

  private func fail(_ unit: Unit, code: Int32, message: String, _ display: BatchDisplay) {
    // Its other parts are of no use.
    queue.removeAll { $0.video == unit.video }
    if case .failed = report.videos[unit.video].status { return }
    var message = message
    if case .part(let number, let count) = unit.step { message = "part \(number) of \(count): \(message)" }
    report.fail(unit.video, code: code, message: message)
    display.line(report, unit.video)
    clean(unit.video)
  }

  /// Removes what is not complete; parts that are done are kept for the next run.
  private func clean(_ video: Int) {
    let scratch = videos[video].scratch(in: settings.folder)
    let hasParts = FileSystem.names(in: FileName.path(scratch, "parts")) != nil
    FolderFiles.removeTree(hasParts ? work(video) : scratch)
  }

  // MARK: - How far it is

  private var progress: BatchProgress {
    var progress = BatchProgress(report: report, running: jobs.count)
    let running = jobs.filter { $0.unit.step != .merge }.map { ($0.unit.video, $0.process.progress.frames) }
    progress.frames = framesDone + running.reduce(0) { $0 + $1.1 }
    let videos = Set(queue.map(\.video) + jobs.map(\.unit.video))
    progress.framesLeft = expected.frames(of: videos).map { all in
      max(0, all - videos.reduce(0) { $0 + (framesOfParts[$1] ?? 0) } - running.reduce(0) { $0 + $1.1 })
    }
    return progress
  }
}

/// Why a video of a batch could not be begun.
enum BatchError: Error, CustomStringConvertible {
  /// Another process is at work on it.
  case busy(String)

  var description: String {
    switch self {
    case .busy(let name): "\(name): another run is at work on it"
    }
  }
}
