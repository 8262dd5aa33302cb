import Pipeline
import Service
import Testing

@Suite("Reloading")
struct StreamPlanTests {
  private func configuration(_ rates: [String: Double], size: Int? = nil) throws -> ServiceConfiguration {
    var streams: [StreamConfiguration] = []
    for (name, rate) in rates.sorted(by: { $0.key < $1.key }) {
      let text = "streams: {\(name): {source: 'lavfi:testsrc2', max_fps: \(rate)}}"
      streams += try ConfigurationReader(environment: [:]).read(text, path: "").streams
    }
    var configuration = ServiceConfiguration(streams: streams)
    configuration.size = size
    return configuration
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

  @Test("another network is for all streams")
  func network() throws {
    let plan = StreamPlan(
      from: try configuration(["a": 1, "b": 1]), to: try configuration(["a": 1, "b": 1], size: 320))
    #expect(plan.stopping == ["a", "b"])
    #expect(plan.starting.map(\.name) == ["a", "b"])
  }

  @Test("the same again changes nothing")
  func same() throws {
    let plan = StreamPlan(from: try configuration(["a": 1]), to: try configuration(["a": 1]))
    #expect(plan.stopping.isEmpty && plan.starting.isEmpty && plan.ignored.isEmpty)
  }
}
