import Foundation
import Pipeline
import Support

/// The numbers of all streams in Prometheus's text format.
package struct MetricsText {
  /// The text.
  package private(set) var text = ""

  private struct Family: Sendable {
    let name: String
    let kind: String
    let help: String
    let value: @Sendable (LiveStatus) -> Double?
  }

  private static let families = [
    Family(name: "stream_up", kind: "gauge", help: "Whether frames come.") { $0.state == .streaming ? 1 : 0 },
    Family(name: "stream_frames_read_total", kind: "counter", help: "Frames decoded.") { Double($0.counters.read) },
    Family(name: "stream_frames_processed_total", kind: "counter", help: "Frames that went out with their poses.") {
      Double($0.counters.processed)
    },
    Family(name: "stream_frames_detected_total", kind: "counter", help: "Processed frames with detection.") {
      Double($0.counters.detected)
    },
    Family(name: "stream_frames_predicted_total", kind: "counter", help: "Processed frames without detection.") {
      Double($0.counters.predicted)
    },
    Family(name: "stream_frames_dropped_total", kind: "counter", help: "Frames that newer ones replaced.") {
      Double($0.counters.dropped)
    },
    Family(name: "stream_frames_skipped_total", kind: "counter", help: "Frames skipped by the maximum rate.") {
      Double($0.counters.skipped)
    },
    Family(name: "stream_frames_stale_total", kind: "counter", help: "Frames of connections already given up.") {
      Double($0.counters.stale)
    },
    Family(name: "stream_frames_failed_total", kind: "counter", help: "Frames that could not be processed.") {
      Double($0.counters.failed)
    },
    Family(name: "stream_people_total", kind: "counter", help: "People found, summed over frames.") {
      Double($0.counters.people)
    },
    Family(name: "stream_connections_total", kind: "counter", help: "Connections made.") { Double($0.connections) },
    Family(name: "stream_outages_total", kind: "counter", help: "How often frames ceased to come.") {
      Double($0.outages)
    },
    Family(name: "stream_source_fps", kind: "gauge", help: "Frames a second that arrive.") { $0.sourceRate },
    Family(name: "stream_processed_fps", kind: "gauge", help: "Frames a second that are processed.") {
      $0.processedRate
    },
    Family(name: "stream_detect_every", kind: "gauge", help: "Frames from one detection to the next.") {
      Double($0.detectEvery)
    },
    Family(name: "stream_people", kind: "gauge", help: "People in the last frame.") { Double($0.people) },
    Family(name: "stream_picture_age_seconds", kind: "gauge", help: "Seconds since the last frame.") {
      $0.pictureAge
    },
  ]

  /// The text for these streams.
  package init(_ statuses: [LiveStatus], version: String, shard: Shard? = nil, process: ProcessNumbers?) {
    add("build_info", "gauge", "The running version.", [("version=\"\(version)\"", 1)])
    if let shard {
      add(
        "shard_info", "gauge", "The share of the configuration's streams that runs here.",
        [("shard=\"\(shard.number)\",shards=\"\(shard.count)\"", 1)])
    }
    for family in Self.families {
      let samples = statuses.compactMap { status in family.value(status).map { (Self.label(status), $0) } }
      add(family.name, family.kind, family.help, samples)
    }
    add(
      "stream_latency_seconds", "summary", "From the arrival of a frame to its annotated frame.",
      quantiles(statuses, \.latency))
    add(
      "stream_inference_seconds", "summary", "The network and the fusion for one frame.",
      quantiles(statuses, \.inference))
    for (name, kind, help, value) in Self.stageFamilies {
      let samples = statuses.flatMap { status in
        status.stages.flatMap { stage in
          value(stage).map { (Self.label(status) + ",stage=\"\(stage.name)\"" + $0.0, $0.1) }
        }
      }
      add(name, kind, help, samples)
    }
    for (name, kind, help, value) in Self.outputFamilies {
      let samples = statuses.flatMap { status in
        status.outputs.map { (Self.label(status) + ",output=\"\(Self.escaped($0.name))\"", value($0)) }
      }
      add(name, kind, help, samples)
    }
    if let process { add(process) }
  }

  private static let stageFamilies: [(String, String, String, @Sendable (StageMetrics) -> [(String, Double)])] = [
    ("stage_frames_total", "counter", "Frames worked on by a stage.", { [("", Double($0.elements))] }),
    ("stage_busy_seconds_total", "counter", "Seconds of work of a stage, over its workers.", { [("", $0.busy)] }),
    (
      "stage_seconds", "summary", "A stage's work on one frame.",
      { stage in
        stage.times.map {
          [("0.5", $0.p50), ("0.95", $0.p95), ("1", $0.maximum)].map { (",quantile=\"\($0.0)\"", $0.1) }
        }
          ?? []
      }
    ),
    ("stage_queue_frames", "gauge", "Frames that wait for a stage.", { [("", Double($0.depth))] }),
    ("stage_dropped_total", "counter", "Frames dropped in front of a stage.", { [("", Double($0.dropped))] }),
    (
      "stage_working_seconds", "gauge", "For how long a stage has been at work on one frame.",
      { [("", $0.workingFor ?? 0)] }
    ),
  ]

  private static let outputFamilies: [(String, String, String, @Sendable (LiveOutputStatus) -> Double)] = [
    ("output_up", "gauge", "Whether the output can be written to.", { $0.isOpen ? 1 : 0 }),
    ("output_written_total", "counter", "Frames or records written.", { Double($0.written) }),
    ("output_dropped_total", "counter", "Frames or records dropped.", { Double($0.dropped) }),
    ("output_failures_total", "counter", "How often the output failed.", { Double($0.failures) }),
  ]

  private func quantiles(
    _ statuses: [LiveStatus], _ path: KeyPath<LiveStatus, Distribution?>
  ) -> [(String, Double)] {
    statuses.flatMap { status in
      status[keyPath: path].map {
        [("0.5", $0.p50), ("0.95", $0.p95), ("1", $0.maximum)]
          .map { (Self.label(status) + ",quantile=\"\($0.0)\"", $0.1) }
      } ?? []
    }
  }

  private mutating func add(_ process: ProcessNumbers) {
    text += "# HELP process_resident_memory_bytes Memory in use.\n# TYPE process_resident_memory_bytes gauge\n"
    text += "process_resident_memory_bytes \(process.residentBytes)\n"
    text += "# HELP process_open_fds Open file descriptors.\n# TYPE process_open_fds gauge\n"
    text += "process_open_fds \(process.openDescriptors)\n"
    text += "# HELP process_threads Threads.\n# TYPE process_threads gauge\nprocess_threads \(process.threads)\n"
  }

  private mutating func add(_ name: String, _ kind: String, _ help: String, _ samples: [(String, Double)]) {
    guard !samples.isEmpty else { return }
    text += "# HELP kapao_\(name) \(help)\n# TYPE kapao_\(name) \(kind)\n"
    for (labels, value) in samples {
      let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
      text += "kapao_\(name){\(labels)} \(number)\n"
    }
  }

  private static func label(_ status: LiveStatus) -> String { "stream=\"\(escaped(status.name))\"" }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
      .replacingOccurrences(of: "\n", with: "\\n")
  }
}

/// What this process takes of the machine.
package struct ProcessNumbers: Hashable, Sendable {
  /// Memory in use, in bytes.
  package var residentBytes: Int
  /// Open file descriptors.
  package var openDescriptors: Int
  /// Threads.
  package var threads: Int

  /// Numbers from elsewhere.
  package init(residentBytes: Int, openDescriptors: Int, threads: Int) {
    self.residentBytes = residentBytes
    self.openDescriptors = openDescriptors
    self.threads = threads
  }

  /// The present numbers, as the kernel tells.
  package static var current: ProcessNumbers {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
      .dropFirst().first.flatMap { Int($0) }
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task"))?.count
    return ProcessNumbers(
      residentBytes: (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))), openDescriptors: descriptors ?? 0,
      threads: threads ?? 0)
  }
}
