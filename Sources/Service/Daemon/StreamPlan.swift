/// What has to change when a configuration replaces another.
package struct StreamPlan: Hashable, Sendable {
  /// Streams to end: gone, or changed.
  package let stopping: [String]
  /// Streams to begin: new, or changed.
  package let starting: [StreamConfiguration]
  /// What changes only with a restart of the program.
  package let ignored: [String]

  /// - Parameters:
  ///   - old: What is running; `nil` at the start.
  ///   - new: What is to run.
  package init(from old: ServiceConfiguration?, to new: ServiceConfiguration) {
    let before = Dictionary((old?.streams ?? []).map { ($0.name, $0) }) { $1 }
    let after = Dictionary(new.streams.map { ($0.name, $0) }) { $1 }
    stopping = (old?.streams ?? []).map(\.name).filter { after[$0] != before[$0] }
    starting = new.streams.filter { before[$0.name] != $0 }
    ignored = old.map { $0.http != new.http ? ["http"] : [] } ?? []
  }
}
