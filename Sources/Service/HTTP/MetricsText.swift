import Foundation
import Pipeline

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
    Family(name: "stream_up", kind: "gauge", help: "Whether pictures come.") { $0.state == .streaming ? 1 : 0 },
    Family(name: "stream_frames_read_total", kind: "counter", help: "Pictures decoded.") { Double($0.counters.read) },
    Family(name: "stream_frames_processed_total", kind: "counter", help: "Pictures that went out with their poses.") {
      Double($0.counters.processed)
    },
    Family(name: "stream_frames_detected_total", kind: "counter", help: "Processed pictures that were looked at.") {
      Double($0.counters.detected)
    },
    Family(name: "stream_frames_predicted_total", kind: "counter", help: "Processed pictures that were not.") {
      Double($0.counters.predicted)
    },
    Family(name: "stream_frames_dropped_total", kind: "counter", help: "Pictures that gave way to later ones.") {
      Double($0.counters.dropped)
    },
    Family(name: "stream_frames_skipped_total", kind: "counter", help: "Pictures left out by the maximum rate.") {
      Double($0.counters.skipped)
    },
    Family(name: "stream_frames_stale_total", kind: "counter", help: "Pictures of connections already given up.") {
      Double($0.counters.stale)
    },
    Family(name: "stream_frames_failed_total", kind: "counter", help: "Pictures whose poses could not be found.") {
      Double($0.counters.failed)
    },
    Family(name: "stream_people_total", kind: "counter", help: "People found, summed over pictures.") {
      Double($0.counters.people)
    },
    Family(name: "stream_connections_total", kind: "counter", help: "Connections made.") { Double($0.connections) },
    Family(name: "stream_outages_total", kind: "counter", help: "How often pictures ceased to come.") {
      Double($0.outages)
    },
    Family(name: "stream_source_fps", kind: "gauge", help: "Pictures a second that arrive.") { $0.sourceRate },
    Family(name: "stream_processed_fps", kind: "gauge", help: "Pictures a second that are processed.") {
      $0.processedRate
    },
    Family(name: "stream_detect_every", kind: "gauge", help: "Pictures from one that is looked at to the next.") {
      Double($0.detectEvery)
    },
    Family(name: "stream_people", kind: "gauge", help: "People in the last picture.") { Double($0.people) },
    Family(name: "stream_picture_age_seconds", kind: "gauge", help: "Seconds since the last picture.") {
      $0.pictureAge
    },
  ]

  /// The text for these streams.
  package init(_ statuses: [LiveStatus], version: String, process: ProcessNumbers?) {
    add("build_info", "gauge", "The running version.", [("version=\"\(version)\"", 1)])
    for family in Self.families {
      let samples = statuses.compactMap { status in family.value(status).map { (Self.label(status), $0) } }
      add(family.name, family.kind, family.help, samples)
    }
    add(
      "stream_latency_seconds", "summary", "From the arrival of a picture to its annotated picture.",
      quantiles(statuses, \.latency))
    add(
      "stream_inference_seconds", "summary", "The network and the fusion for one picture.",
      quantiles(statuses, \.inference))
    for (name, kind, help, value) in Self.outputFamilies {
      let samples = statuses.flatMap { status in
        status.outputs.map { (Self.label(status) + ",output=\"\(Self.escaped($0.name))\"", value($0)) }
      }
      add(name, kind, help, samples)
    }
    if let process { add(process) }
  }

  private static let outputFamilies: [(String, String, String, @Sendable (LiveOutputStatus) -> Double)] = [
    ("output_up", "gauge", "Whether the output can be written to.", { $0.isOpen ? 1 : 0 }),
    ("output_written_total", "counter", "Pictures or records written.", { Double($0.written) }),
    ("output_dropped_total", "counter", "Pictures or records left out.", { Double($0.dropped) }),
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
