/// The connection from one stage to the next; its type keeps stages from being wired in the wrong order.
public final class StageLink<Element: Sendable>: @unchecked Sendable {
  // @unchecked: `consumer` is set while the graph is built, before any stage runs.

  let queue: BoundedQueue<Element>
  let producer: String
  var consumer: String?

  init(producer: String, capacity: Int, policy: OverflowPolicy) {
    self.producer = producer
    queue = BoundedQueue(capacity: capacity, policy: policy)
  }
}
