import Foundation
import TestSupport
import Testing
import VideoIO

struct InterrupterTests {
  @Test("Cancelling ends a read that waits for the network")
  func cancelsRead() throws {
    let server = try SilentServer(sending: Data(contentsOf: URL(fileURLWithPath: Media.path("320x180.ts"))))
    let reader = try VideoReader("tcp://127.0.0.1:\(server.port)")
    let thread = Thread { reader.cancel() }
    guard case .frame? = try reader.next() else { throw CancellationError() }
    thread.start()
    let error = #expect(throws: VideoError.self) {
      while try reader.next() != nil {}
    }
    #expect(error?.kind == .cancelled)
    server.close()
  }

  @Test("Cancelling ends an opening that waits for the network")
  func cancelsOpening() throws {
    let server = try SilentServer(sending: Data())
    let interrupter = Interrupter()
    server.whenConnected { interrupter.cancel() }
    let error = #expect(throws: VideoError.self) {
      _ = try VideoReader("tcp://127.0.0.1:\(server.port)", interrupter: interrupter)
    }
    #expect(error?.kind == .cancelled)
    server.close()
  }

  @Test("A server that falls silent is a transient failure after the timeout")
  func timesOut() throws {
    let server = try SilentServer(sending: Data())
    var options = ReaderOptions()
    options.timeout = 0.2
    let error = #expect(throws: VideoError.self) {
      _ = try VideoReader("tcp://127.0.0.1:\(server.port)", options: options)
    }
    #expect(error?.kind == .transient)
    #expect(error?.code == .timedOut)
    server.close()
  }

  @Test("A server that is not there is a transient failure")
  func refused() throws {
    let server = try SilentServer(sending: Data())
    server.close()
    let error = #expect(throws: VideoError.self) { _ = try VideoReader("tcp://127.0.0.1:\(server.port)") }
    #expect(error?.kind == .transient)
  }
}
