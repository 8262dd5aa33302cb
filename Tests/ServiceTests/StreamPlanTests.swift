import Foundation
import Pipeline
import Service
import TestSupport
import Testing

@Suite("Reloading")
struct StreamPlanTests {
  private func configuration(
    _ rates: [String: Double], size: Int = 128, port: Int = 8080
  ) throws -> ServiceConfiguration {
    let streams = rates.sorted { $0.key < $1.key }.map {
      "\($0.key): {source: 'lavfi:testsrc2', max_fps: \($0.value), size: \(size)}"
    }
    return try ServiceBench.configuration("{http: {port: \(port)}, streams: {\(streams.joined(separator: ", "))}}")
  }

  @Test("at the start everything begins")
  func start() throws {
    let plan = StreamPlan(from: nil, to: try configuration(["a": 1, "b": 1]))
    #expect(plan.stopping.isEmpty)
    #expect(plan.starting.map(\.name) == ["a", "b"])
  }

  @Test("only what changed is touched")
  func change() throws {
    let plan = StreamPlan(
      from: try configuration(["a": 1, "b": 1, "c": 1]), to: try configuration(["a": 1, "b": 2, "d": 1]))
    #expect(plan.stopping == ["b", "c"])
    #expect(plan.starting.map(\.name) == ["b", "d"])
  }

  @Test("another option of the analysis is a change")
  func network() throws {
    let plan = StreamPlan(
      from: try configuration(["a": 1, "b": 1]), to: try configuration(["a": 1, "b": 1], size: 320))
    #expect(plan.stopping == ["a", "b"])
    #expect(plan.starting.map(\.name) == ["a", "b"])
  }

  @Test("another address of the web server is not followed")
  func http() throws {
    let plan = StreamPlan(from: try configuration(["a": 1]), to: try configuration(["a": 1], port: 8081))
    #expect(plan.stopping.isEmpty && plan.starting.isEmpty)
    #expect(plan.ignored == ["http"])
  }

  @Test("the same again changes nothing")
  func same() throws {
    let plan = StreamPlan(from: try configuration(["a": 1]), to: try configuration(["a": 1]))
    #expect(plan.stopping.isEmpty && plan.starting.isEmpty && plan.ignored.isEmpty)
  }

  @Test("a model that was replaced under its name is a change, and one that was read again is none")
  func replacedModel() throws {
    let folder = try TemporaryFolder()
    let model = folder.path("model.pt")
    try FileManager.default.copyItem(atPath: Fixtures.path("reference/kapao_tiny_coco_random.pt"), toPath: model)
    let text = "streams: {a: {source: 'lavfi:testsrc2', model: \(model)}, b: {source: 'lavfi:testsrc2'}}"
    let old = try ServiceBench.configuration(text)
    #expect(StreamPlan(from: old, to: try ServiceBench.configuration(text)).starting.isEmpty)
    try FileManager.default.copyItem(atPath: model, toPath: folder.path("new"))
    try #require(rename(folder.path("new"), model) == 0)
    let plan = StreamPlan(from: old, to: try ServiceBench.configuration(text))
    #expect(plan.stopping == ["a"] && plan.starting.map(\.name) == ["a"])
    #expect(plan.starting[0].network != old.streams[0].network)
  }
}
