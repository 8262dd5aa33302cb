import Foundation
import Pipeline
import Service
import Support
import TestSupport
import Testing
import YAMLFile

@Suite("Documentation of the service")
struct DocumentationTests {
  private func page(_ name: String) throws -> String {
    try String(contentsOf: Fixtures.root.appending(path: "docs/\(name)"), encoding: .utf8)
  }

  /// The fields that a configuration may have in a section, as the message about an unknown one lists them.
  private func known(_ text: String) throws -> Set<String> {
    let error = #expect(throws: ConfigurationError.self) {
      try ServiceBench.reader([:]).read(text, path: "test.yaml")
    }
    let message = try #require(error?.problems.map(\.message).first { $0.contains("is not known here") })
    let list = try #require(message.firstMatch(of: /\(known: (.*)\)/)?.output.1)
    return Set(list.split(separator: ", ").map(String.init))
  }

  /// The fields in the rows of a page's tables, by where they belong; a cell that is empty goes on with the one above.
  private func documented() throws -> [String: Set<String>] {
    let text = try page("configuration.md")
    var fields: [String: Set<String>] = [:]
    var place = ""
    for line in text.split(separator: "\n") where line.hasPrefix("| ") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if cells[1].hasPrefix("`"), cells[1] != "`http`" {
        // The generated table of settings has no column for the place.
        fields["a stream", default: []].insert(cells[1].trimmingCharacters(in: ["`"]))
      } else if cells[2].hasPrefix("`") {
        if !cells[1].isEmpty { place = cells[1].trimmingCharacters(in: ["`"]) }
        fields[place, default: []].insert(cells[2].trimmingCharacters(in: ["`"]))
      }
    }
    return fields
  }

  @Test("every field of a configuration is in the table, and nothing else")
  func configuration() throws {
    let documented = try documented()
    let stream = "streams: {a: {source: 'lavfi:testsrc2'"
    #expect(try documented["top"] == known("\(stream)}}\nnothing: 1"))
    #expect(try documented["http"] == known("\(stream)}}\nhttp: {nothing: 1}"))
    #expect(try documented["a stream"] == known("\(stream), nothing: 1}}"))
    var outputs: Set<String> = []
    for output in ["video: /tmp/x.mp4", "record: /tmp", "poses: /tmp", "mqtt: 'mqtt://host'"] {
      try outputs.formUnion(known("\(stream), outputs: [{\(output), nothing: 1}]}}"))
    }
    #expect(documented["an output"] == outputs)
    #expect(AnalysisSettings.names.allSatisfy { documented["a stream"]?.contains($0) == true })
  }

  @Test("every metric is in the table, and nothing else")
  func metrics() async throws {
    let configuration = try ServiceBench.configuration(
      "streams: {a: {source: 'lavfi:testsrc2=s=128x128:r=10', outputs: [{mqtt: 'mqtt://127.0.0.1:1'}]}}")
    let daemon = ServiceBench.daemon()
    try daemon.apply(configuration)
    defer { daemon.stop() }
    let isRunning = await ServiceBench.wait { daemon.statuses.first?.latency != nil }
    try #require(isRunning)
    let text = MetricsText(daemon.statuses, version: "1", shard: Shard("2/3"), process: .current).text
    let printed = Set(text.matches(of: /# TYPE (\S+)/).map { String($0.output.1) })
    let section = try #require(
      page("api.md").components(separatedBy: "## Metrics").last?.components(separatedBy: "\n## ").first)
    let documented = Set(section.matches(of: /`((?:kapao|process)_[a-z_]+)`/).map { String($0.output.1) })
    #expect(documented == printed)
    #expect(text.contains("kapao_shard_info{shard=\"2\",shards=\"3\"} 1\n"))
    // Queries of the dashboard ask for what there is.
    let dashboard = try String(
      contentsOf: Fixtures.root.appending(path: "packaging/grafana/kapao-video.json"), encoding: .utf8)
    let asked = Set(dashboard.matches(of: /\b((?:kapao|process)_[a-z_]+)\b/).map { String($0.output.1) })
    #expect(asked.count > 10)
    #expect(asked.subtracting(printed).isEmpty)
    let json = try #require(JSONSerialization.jsonObject(with: Data(dashboard.utf8)) as? [String: Any])
    let panels = try #require(json["panels"] as? [[String: Any]])
    #expect(panels.allSatisfy { ($0["targets"] as? [[String: Any]])?.allSatisfy { $0["expr"] is String } == true })
    #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
  }

  @Test("the streams of a configuration are shared out among daemons by their names")
  func shares() throws {
    let names = ["a", "b", "c", "d", "e"]
    let configuration = try ServiceBench.configuration(
      "streams: {" + names.map { "\($0): {source: 'lavfi:testsrc2=s=128x128:r=10'}" }.joined(separator: ", ") + "}")
    var found: [String] = []
    for number in 1...2 {
      let daemon = Daemon(log: ServiceBench.silence, shard: Shard("\(number)/2"))
      try daemon.apply(configuration)
      #expect(!daemon.statuses.isEmpty)
      found += daemon.statuses.map(\.name)
      daemon.stop()
    }
    #expect(found.sorted() == names)
  }
}
