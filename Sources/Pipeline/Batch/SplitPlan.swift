import Foundation
import Support
import VideoIO

/// How a video is split by time: half-open ranges that begin at key frames, and the times of all frames.
///
/// It follows from the input, the length of parts and their number alone, so that machines that share nothing but the
/// input come to the same one. It is kept beside the parts, as all packets have to be read for it.
package struct SplitPlan: Codable, Hashable, Sendable {
  /// The frames of a part.
  package struct Range: Codable, Hashable, Sendable {
    /// Number of the first frame in the video.
    package let first: Int
    /// Frames.
    package let count: Int
  }

  /// Which input it is of, and how that is split.
  package let identity: String
  /// Bytes of the input, where that is a file.
  package let inputSize: Int?
  /// The unit of times, in seconds.
  package let timeBase: Rational
  /// Where the input's time begins, in microseconds.
  package let origin: Int64
  /// The parts; some may have no frames.
  package let ranges: [Range]
  /// The first time, and then distance and number of equal distances by turns.
  private let runs: [Int64]

  /// The name of the file in the folder of parts.
  static let name = "plan.json"

  /// - Parameters:
  ///   - seconds: Length of a part, which ends at the first key frame from there.
  ///   - count: The number of parts; the last one goes to the end.
  init(_ frames: FrameTimes, seconds: Double, count: Int, inputSize: Int?) {
    timeBase = frames.timeBase
    origin = frames.origin
    self.inputSize = inputSize
    identity = "\(frames.fingerprint)-\(count)-\(Int((seconds * 1000).rounded()))"
    var firsts = [0]
    for part in 1..<max(2, count) where count > 1 {
      let start = frames.origin + Int64(Double(part) * seconds * 1e6)
      let key = frames.keyFrames.partitionIndex { $0.microseconds(frames.timeBase) >= start }
      let time = key < frames.keyFrames.count ? frames.keyFrames[key] : Int64.max
      firsts.append(max(firsts.last!, frames.times.partitionIndex { $0 >= time }))
    }
    ranges = firsts.indices.map { index in
      let end = index + 1 < firsts.count ? firsts[index + 1] : frames.times.count
      return Range(first: firsts[index], count: end - firsts[index])
    }
    runs = Self.runs(frames.times)
  }

  /// The plan in a folder, or one that is made and kept there.
  ///
  /// - Throws: `VideoError`, `OutputError`.
  package static func plan(
    for input: String, options: ReaderOptions, seconds: Double, count: Int, in folder: String
  ) throws -> SplitPlan {
    let path = FileName.path(folder, name)
    let size = FileSystem.isFile(input) ? FileSystem.status(input).map { Int($0.st_size) } : nil
    let ending = "-\(count)-\(Int((seconds * 1000).rounded()))"
    if let plan = try? read(folder), plan.inputSize == size, plan.identity.hasSuffix(ending) { return plan }
    let plan = SplitPlan(
      try VideoReader.frameTimes(of: input, options: options), seconds: seconds, count: count, inputSize: size)
    try AtomicFile.write([UInt8](try JSONEncoder().encode(plan)), to: path)
    return plan
  }

  /// The plan in a folder.
  ///
  /// - Throws: `InputError`, or `DecodingError`.
  static func read(_ folder: String) throws -> SplitPlan {
    try JSONDecoder().decode(Self.self, from: Data(try FileSystem.read(FileName.path(folder, name))))
  }

  /// The times of the frames of a part, in order.
  func times(of range: Range) -> [Int64] {
    guard var time = runs.first else { return [] }
    var (times, number) = ([Int64](), 0)
    times.reserveCapacity(range.count)
    let wanted = range.first..<range.first + range.count
    if wanted.contains(0) { times.append(time) }
    for index in stride(from: 1, to: runs.count, by: 2) {
      for _ in 0..<runs[index + 1] {
        time += runs[index]
        number += 1
        if wanted.contains(number) { times.append(time) }
      }
    }
    return times
  }

  /// Frames of the whole video.
  var frameCount: Int { ranges.reduce(0) { $0 + $1.count } }

  private static func runs(_ times: [Int64]) -> [Int64] {
    guard let first = times.first else { return [] }
    var runs = [first]
    for (time, next) in zip(times, times.dropFirst()) {
      if runs.count > 1, runs[runs.count - 2] == next - time {
        runs[runs.count - 1] += 1
      } else {
        runs += [next - time, 1]
      }
    }
    return runs
  }
}
