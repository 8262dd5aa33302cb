import Analysis
import Export
import Foundation
import Kapao
import Pipeline
import Service
import TestSupport
import Testing

@Suite("A court in a live stream", .serialized)
struct LiveCourtTests {
  /// The campus of the sample clip as a piece of a padel court: about as wide as it is there.
  private static func court(in folder: URL, size: ImageSize = ImageSize(width: 768, height: 576)) throws -> String {
    let path = folder.appending(path: "court.json").path
    let points = [
      ("bottom-left", 77.0, 500.0, 0.0, 0.0), ("bottom-right", 691, 500, 10, 0), ("far-left", 179, 200, 0, 12),
      ("far-right", 589, 200, 10, 12),
    ]
    let calibration = try CourtCalibration(
      court: .padel, width: size.width, height: size.height,
      landmarks: points.map { .init(name: $0.0, pixel: Point2($0.1, $0.2), court: Point2($0.3, $0.4)) })
    try CourtFile.write(calibration, to: path)
    return path
  }

  private static func stream(_ court: String, more: String = "") -> String {
    """
    streams:
      campus:
        source: \(Fixtures.root.appending(path: "Samples/campus.mp4").path)
        loop: true
        model: \(Fixtures.root.appending(path: "Models/kapao_n.safetensors").path)
        size: 640
        court: \(court)
    \(more)
    """
  }

  @Test("people on it have a place, a speed and zones in files, in the API and on the page")
  func positions() async throws {
    try await Media.withFolder { folder in
      let court = try Self.court(in: folder)
      let daemon = ServiceBench.daemon()
      try daemon.apply(
        try ServiceBench.configuration(
          Self.stream(court, more: "    outputs: [{poses: \(folder.path), format: ndjson}]")))
      var http = HTTPConfiguration()
      http.port = 0
      let web = WebService(http, daemon: daemon, version: "test")
      try await WebBench.withServer(web) { port in
        #expect(
          await ServiceBench.wait(60) {
            let status = daemon.statuses[0]
            return status.counters.processed > 50
              && status.players?.contains { $0.position.speed ?? 0 > 0.3 && $0.position.distance > 0.5 } == true
          })
        let status = Media.run("curl", ["-s", "http://127.0.0.1:\(port)/api/streams/campus"]).output
        let object = try #require(try JSONSerialization.jsonObject(with: Data(status.utf8)) as? [String: Any])
        let described = object["court"] as? [String: Any]
        #expect(described?["name"] as? String == "padel" && described?["length_m"] as? Double == 20)
        let players = try #require(object["players"] as? [[String: Any]])
        let position = try #require(players.first?["position"] as? [String: Any])
        #expect(players.first?["track_id"] is Int && position["x_m"] is Double && position["zones"] is [String: String])
        let drawing = Media.run("curl", ["-s", "-i", "http://127.0.0.1:\(port)/streams/campus.svg"]).output
        #expect(drawing.lowercased().contains("content-type: image/svg+xml"))
        #expect(drawing.components(separatedBy: "<circle").count - 1 == players.count)
        #expect(drawing.contains("<polyline") && drawing.contains(" m/s</text>"))
      }
      #expect(daemon.stop())
      let name = try #require(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix("ndjson") })
      let lines = try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n")
      let positions = try lines.flatMap { line in
        try JSONDecoder().decode(PoseMessage.self, from: Data(line.utf8)).people.compactMap(\.position)
      }
      #expect(positions.count > 20)
      // People walk; nobody is on the court who is not in the picture of it.
      #expect(positions.allSatisfy { $0.speed ?? 0 < 4 && Court.padel.isInPlay(Point2($0.x, $0.y)) })
      #expect(positions.contains { $0.zones["sides"] == "left" } && positions.contains { $0.zones["sides"] == "right" })
    }
  }

  @Test("a court that was fitted in frames of another size is told of, and the stream goes on without positions")
  func otherSize() async throws {
    try await Media.withFolder { folder in
      let court = try Self.court(in: folder)
      let lines = LogLines()
      let daemon = ServiceBench.daemon(lines.logger)
      try daemon.apply(
        try ServiceBench.configuration(
          "streams: {one: {source: 'lavfi:testsrc2=s=160x90:r=25', court: \(court), background: black}}"))
      #expect(await ServiceBench.wait { daemon.statuses[0].counters.processed > 5 })
      #expect(daemon.statuses[0].court?.error?.contains("768 × 576, not 160 × 90") == true)
      #expect(daemon.statuses[0].players == [])
      #expect(daemon.stop())
      #expect(lines.text.components(separatedBy: "no positions: ").count == 2)
    }
  }

  @Test("a reload notices that the court's file has changed, though the configuration is the same")
  func reload() throws {
    try Media.withFolder { folder in
      let text = "streams: {one: {source: 'lavfi:testsrc2', court: \(try Self.court(in: folder))}}"
      let first = try ServiceBench.configuration(text)
      #expect(try StreamPlan(from: first, to: ServiceBench.configuration(text)).starting.isEmpty)
      _ = try Self.court(in: folder, size: ImageSize(width: 800, height: 576))
      #expect(try StreamPlan(from: first, to: ServiceBench.configuration(text)).starting.map(\.name) == ["one"])
    }
  }
}
