/// Where the web server listens and whom it answers.
public struct HTTPConfiguration: Hashable, Sendable {
  /// An IPv4 or IPv6 address of this machine.
  public var address = "127.0.0.1"
  /// The port; 0 picks a free one.
  public var port = 8080
  /// What a client has to know; `nil` for no need, on the loopback address only.
  public var token: String?

  /// The loopback address, without a token.
  public init() {}

  /// Whether the address cannot be reached from other machines.
  public var isLoopback: Bool { address == "::1" || address.hasPrefix("127.") }
}
