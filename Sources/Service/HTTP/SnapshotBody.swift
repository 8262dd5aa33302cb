import FlyingSocks
import Pipeline

/// A stream's next picture as the body of one answer.
struct SnapshotBody: AsyncBufferedSequence {
  typealias Element = UInt8

  let picture: LivePicture

  func makeAsyncIterator() -> Iterator { Iterator(picture: picture) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    let picture: LivePicture
    private var isDone = false

    init(picture: LivePicture) { self.picture = picture }

    mutating func next() async throws -> UInt8? { nil }

    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
      guard !isDone else { return nil }
      isDone = true
      return await picture.next(after: 0)?.bytes
    }
  }
}
