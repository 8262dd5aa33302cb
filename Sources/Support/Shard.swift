/// A share of some work that is divided into equal ones: the i-th of n, from 1.
package struct Shard: TextCodable, Hashable, Sendable {
  /// What a text has to be.
  package static let expected = "i/n with i from 1 to n, such as 3/20"
  /// Which one, from 1.
  package let number: Int
  /// Of how many.
  package let count: Int

  /// Reads `i/n`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard parts.count == 2, (1...1_000_000).contains(parts[1]), (1...parts[1]).contains(parts[0]) else { return nil }
    (number, count) = (parts[0], parts[1])
  }

  /// For example `3/20`.
  package var description: String { "\(number)/\(count)" }

  /// Whether the share has the piece of work with this number, from 0.
  package func has(_ index: Int) -> Bool { index % count == number - 1 }

  /// Whether the share has the piece of work with this name, whatever other pieces there are (FNV-1a, 64 bits).
  package func has(_ name: String) -> Bool {
    var digest = Fingerprint()
    digest.add(name.utf8)
    // The lowest bits of FNV follow the last letters too closely.
    return has(Int((digest.value ^ digest.value >> 32) % UInt64(count)))
  }

  // MARK: - Schedulers

  /// Where a scheduler says which of its tasks this is.
  private struct Variables {
    let index: String
    var first: String?
    var count: String?
    var last: String?
    var step: String?
    var base = 0
  }

  private static let schedulers = [
    Variables(
      index: "SLURM_ARRAY_TASK_ID", first: "SLURM_ARRAY_TASK_MIN", count: "SLURM_ARRAY_TASK_COUNT",
      step: "SLURM_ARRAY_TASK_STEP"),
    Variables(index: "JOB_COMPLETION_INDEX"),
    Variables(index: "AWS_BATCH_JOB_ARRAY_INDEX", count: "AWS_BATCH_JOB_ARRAY_SIZE"),
    Variables(index: "CLOUD_RUN_TASK_INDEX", count: "CLOUD_RUN_TASK_COUNT"),
    Variables(index: "BATCH_TASK_INDEX", count: "BATCH_TASK_COUNT"),
    Variables(
      index: "SGE_TASK_ID", first: "SGE_TASK_FIRST", last: "SGE_TASK_LAST", step: "SGE_TASK_STEPSIZE", base: 1),
    Variables(index: "LSB_JOBINDEX", last: "LSB_JOBINDEX_END", step: "LSB_JOBINDEX_STEP", base: 1),
    Variables(index: "PBS_ARRAY_INDEX"),
  ]

  /// The variable with the number of shards, for schedulers that do not tell it, and where only some tasks of an array
  /// are run again.
  package static let countVariable = "KAPAO_SHARDS"

  /// The share of this task of a Slurm array, of an indexed job of Kubernetes, of an array of AWS Batch, Cloud Run, Google
  /// Batch, Grid Engine, LSF or PBS.
  ///
  /// - Throws: ``ShardError`` where the environment does not tell it.
  package static func automatic(_ environment: [String: String]) throws(ShardError) -> Shard {
    func number(_ name: String?) -> Int? { name.flatMap { environment[$0] }.flatMap { Int($0) } }
    guard let variables = schedulers.first(where: { number($0.index) != nil }), let index = number(variables.index)
    else { throw ShardError(reason: "no scheduler's variable says which share this is") }
    let first = number(variables.first) ?? variables.base
    let step = max(1, number(variables.step) ?? 1)
    let told = number(variables.count) ?? number(variables.last).map { ($0 - first) / step + 1 }
    guard let count = number(countVariable) ?? told else {
      throw ShardError(reason: "\(variables.index) says which share this is; say of how many in \(countVariable)")
    }
    // With a number of shards of one's own, tasks count from 0, or from 1 where the scheduler does.
    let place = number(countVariable) == nil ? (index - first) / step + 1 : index - variables.base + 1
    guard let shard = Shard("\(place)/\(count)") else {
      throw ShardError(reason: "\(variables.index) is \(index), which is no share of \(count)")
    }
    return shard
  }
}

/// Why a share cannot be told.
package struct ShardError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is missing.
  package let reason: String

  /// One line.
  package var description: String { "--shard auto: \(reason)" }
}

/// A short number that stands for many bytes (FNV-1a, 64 bits): it tells one content from another, and a truncated file
/// from a whole one, but is no protection against anyone.
package struct Fingerprint: Hashable, Sendable {
  /// The number.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package mutating func add(_ bytes: some Sequence<UInt8>) {
    var value = value
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    self.value = value
  }

  /// Adds a number, a word at a time.
  package mutating func add(_ number: Int64) {
    value = (value ^ UInt64(bitPattern: number)) &* 0x0000_0100_0000_01b3
    value ^= value >> 29
  }

  /// The number in hexadecimal.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
