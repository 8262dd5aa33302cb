/// What `serve` is to do.
public struct ServiceConfiguration: Hashable, Sendable {
  /// The model's file; `nil` for the one that ships.
  public var model: String?
  /// Longest side of the network's input in pixels; `nil` for the model's usual one.
  public var size: Int?
  /// Threads of inference; `nil` for one per core.
  public var threads: Int?
  /// The web server; `nil` for none.
  public var http: HTTPConfiguration?
  /// The streams, in the order of the file.
  public var streams: [StreamConfiguration]

  /// A configuration with the usual settings and no web server.
  public init(streams: [StreamConfiguration]) { self.streams = streams }
}
