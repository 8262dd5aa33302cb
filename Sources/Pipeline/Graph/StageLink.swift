/// The connection from one stage to the next; its type keeps stages from being wired in the wrong order.
public final class StageLink<Element: Sendable>: @unchecked Sendable {
  // @unchecked: `consumer` is set while the graph is built, before any stage runs.

  /// Holds so few that memory stays small; a stage that is ahead waits.
  let queue = BoundedQueue<Element>(capacity: 2, policy: .block)
  let producer: String
  var consumer: String?

  init(producer: String) { self.producer = producer }
}
