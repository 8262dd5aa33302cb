import Foundation
import NIOCore

/// The web server's open connections. When there is no place for one more, the one goes that has kept the server waiting
/// for the longest time, so that clients that ask and read are served however many others do not.
final class ConnectionTable: @unchecked Sendable {
  // @unchecked: the book and the channels are only touched under the lock.

  private let proxies: TrustedProxies
  private let lock = NSLock()
  private var book: ConnectionBook<ObjectIdentifier>
  private var channels: [ObjectIdentifier: any Channel] = [:]

  init(limits: HTTPLimits, proxies: TrustedProxies) {
    self.proxies = proxies
    book = ConnectionBook(maximum: limits.connections, maximumOfClient: limits.connectionsOfAddress)
  }

  /// Adds a connection, or closes it if all others are being answered.
  func add(_ channel: any Channel) {
    let client = channel.remoteAddress.flatMap { proxies.contains($0) ? nil : $0.ipAddress }
      .flatMap { IPNetwork($0)?.ofClient }
    let closing: (any Channel)? = lock.withLock {
      switch book.add(ObjectIdentifier(channel), client: client) {
      case .refused: return channel
      case .accepted(let closing):
        channels[ObjectIdentifier(channel)] = channel
        return closing.flatMap { channels.removeValue(forKey: $0) }
      }
    }
    closing?.close(promise: nil)
  }

  /// Notes what a connection is doing.
  func note(_ state: ConnectionState, of channel: any Channel) {
    lock.withLock { book.note(state, of: ObjectIdentifier(channel)) }
  }

  func remove(_ channel: any Channel) {
    lock.withLock {
      book.remove(ObjectIdentifier(channel))
      channels[ObjectIdentifier(channel)] = nil
    }
  }
}

/// What a connection is doing.
package enum ConnectionState: Hashable, Sendable {
  /// No request has come since then.
  case waiting(NIODeadline)
  case answering
  /// The client has not read since then.
  case stuck(NIODeadline)
}

/// Who has a place and who goes.
package struct ConnectionBook<ID: Hashable> {
  package enum Decision: Equatable {
    case accepted(closing: ID?)
    case refused
  }

  private struct Connection {
    let client: [UInt8]?
    var state: ConnectionState
  }

  private let maximum: Int
  private let maximumOfClient: Int
  private var connections: [ID: Connection] = [:]

  package init(maximum: Int, maximumOfClient: Int) {
    self.maximum = maximum
    self.maximumOfClient = maximumOfClient
  }

  /// Adds a connection if there is, or can be made, a place for it.
  ///
  /// - Parameter client: Whose it is; `nil` for a proxy, which many share.
  package mutating func add(_ id: ID, client: [UInt8]?) -> Decision {
    let own = client.map { client in connections.filter { $0.value.client == client } } ?? [:]
    let isCrowded = own.count >= maximumOfClient
    var closing: ID?
    if isCrowded || connections.count >= maximum {
      guard let slowest = Self.slowest(of: isCrowded ? own : connections) else { return .refused }
      connections[slowest] = nil
      closing = slowest
    }
    connections[id] = Connection(client: client, state: .waiting(.now()))
    return .accepted(closing: closing)
  }

  /// Notes what a connection is doing.
  package mutating func note(_ state: ConnectionState, of id: ID) { connections[id]?.state = state }

  /// Forgets a connection that has been closed.
  package mutating func remove(_ id: ID) { connections[id] = nil }

  /// The connection that can best be done without: one that asks nothing before one that does not read.
  private static func slowest(of connections: [ID: Connection]) -> ID? {
    func oldest(_ since: (ConnectionState) -> NIODeadline?) -> ID? {
      connections.compactMap { id, connection in since(connection.state).map { (id, $0) } }.min { $0.1 < $1.1 }?.0
    }
    return oldest { if case .waiting(let since) = $0 { since } else { nil } }
      ?? oldest { if case .stuck(let since) = $0 { since } else { nil } }
  }
}

/// What one client, and all of them together, may take of the web server.
package struct HTTPLimits: Sendable {
  /// Bytes of a request's line, and of a header with its name.
  package var fieldBytes = 8 << 10
  /// Bytes of a request's line and all its headers.
  package var headBytes = 16 << 10
  /// Headers of a request.
  package var fields = 64
  /// Bytes of a request's body, which is read and left alone.
  package var bodyBytes = 64 << 10
  /// Time for a request to arrive, from the connection or the answer before it; so a connection is not idle for longer.
  package var requestTime: TimeAmount = .seconds(15)
  /// Time in which a client that is being answered has to read something.
  package var writeTime: TimeAmount = .seconds(30)
  /// Time for a client to take notice of the last answer of its connection.
  package var endTime: TimeAmount = .seconds(1)
  /// Connections at the same time.
  package var connections = 256
  /// Connections of one address, if others may need theirs.
  package var connectionsOfAddress = 64
  /// Viewers of moving pictures, and clients that wait for a first picture.
  package var viewers = 64

  /// The limits for a process that may have so many descriptors, of which its streams need the most.
  package init(descriptors: Int = sysconf(Int32(_SC_OPEN_MAX))) {
    connections = max(8, min(connections, descriptors / 4))
    connectionsOfAddress = min(connectionsOfAddress, connections / 2)
  }
}
