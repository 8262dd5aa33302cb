/// Values that only grow in number, in blocks that do not grow, so that nothing is copied and no memory lies idle.
package struct Blocks<Element: Sendable>: Sequence, Sendable {
  private static var size: Int { 4096 }

  private var blocks: [[Element]] = []
  /// Number of values.
  package private(set) var count = 0

  /// None.
  package init() {}

  package var underestimatedCount: Int { count }

  /// Adds a value at the end.
  package mutating func append(_ value: Element) {
    if count % Self.size == 0 {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(Self.size)
    }
    blocks[blocks.count - 1].append(value)
    count += 1
  }

  /// The value at an index, from 0.
  package subscript(index: Int) -> Element { blocks[index / Self.size][index % Self.size] }

  package func makeIterator() -> FlattenSequence<[[Element]]>.Iterator { blocks.joined().makeIterator() }
}
