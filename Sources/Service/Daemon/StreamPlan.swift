/// What has to change when a configuration replaces another.
package struct StreamPlan: Hashable, Sendable {
  /// Where a broker has a stream: two with equal topics at one broker are the same.
  package struct Publication: Hashable, Sendable {
    package let address: MQTTAddress
    package let stream: String

    static func all(_ stream: StreamConfiguration) -> [Publication] {
      stream.outputs.compactMap { output -> Publication? in
        guard case .mqtt(let address) = output else { return nil }
        return Publication(address: address, stream: stream.name)
      }
    }

    package static func == (a: Publication, b: Publication) -> Bool {
      a.address.host == b.address.host && a.address.port == b.address.port && a.address.prefix == b.address.prefix
        && a.stream == b.stream
    }

    package func hash(into hasher: inout Hasher) {
      hasher.combine(address.host)
      hasher.combine(address.prefix)
      hasher.combine(stream)
    }
  }

  /// Streams to end: gone, or changed.
  package let stopping: [String]
  /// Streams to begin: new, or changed.
  package let starting: [StreamConfiguration]
  /// Streams that brokers are told of no more.
  package let unpublished: [Publication]
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
    let published = Set(new.streams.flatMap(Publication.all))
    unpublished = (old?.streams ?? []).flatMap(Publication.all).filter { !published.contains($0) }
    ignored = old.map { $0.http != new.http ? ["http"] : [] } ?? []
  }
}
