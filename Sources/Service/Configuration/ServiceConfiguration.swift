/// What `serve` is to do.
public struct ServiceConfiguration: Hashable, Sendable {
  /// The web server; `nil` for none.
  public var http: HTTPConfiguration?
  /// The streams, in the order of the file.
  public var streams: [StreamConfiguration]

  /// A configuration with the usual settings and no web server.
  public init(streams: [StreamConfiguration]) { self.streams = streams }
}
