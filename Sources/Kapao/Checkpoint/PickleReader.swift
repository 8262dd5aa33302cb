/// Reads a pickle of protocol 2 to 5 into plain data.
///
/// A pickle is a program for a machine with a stack. This machine knows the instructions that build values and none
/// that does anything: a call is recorded as an object with the function's name and its arguments.
package struct PickleReader {
  /// Most values that are read; KAPAO-L's checkpoint has about 60,000.
  package static let mostValues = 1_000_000

  var reader: ByteReader
  var pickle = Pickle()
  var stack: [PickleValue] = []
  /// Heights of the stack at which marks stand.
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  private var values = 0
  /// Place of the instruction being read, in bytes from the beginning of the pickle.
  private(set) var place = 0
  private let start: Int

  private init(_ bytes: [UInt8], in range: Range<Int>) {
    reader = ByteReader(bytes, in: range)
    start = range.lowerBound
  }

  /// Reads the pickle that lies in a part of an array.
  package static func read(_ bytes: [UInt8], in range: Range<Int>) throws(PickleError) -> Pickle {
    var machine = PickleReader(bytes, in: range)
    while true {
      machine.place = machine.reader.offset - machine.start
      guard let code = machine.reader.next(UInt8.self) else { throw .truncated }
      if code == UInt8(ascii: ".") {
        machine.pickle.root = try machine.pop()
        return machine.pickle
      }
      try machine.execute(code)
    }
  }

  /// Reads a number or fails because the bytes end.
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type = Number.self
  ) throws(PickleError) -> Number {
    guard let number = reader.next(type) else { throw .truncated }
    return number
  }

  /// Reads `count` bytes or fails because the bytes end.
  mutating func run(_ count: some BinaryInteger) throws(PickleError) -> ArraySlice<UInt8> {
    guard let run = reader.next(count: count) else { throw .truncated }
    return run
  }

  /// Reads a line of text or fails because the bytes end.
  mutating func line() throws(PickleError) -> String {
    guard let line = reader.nextLine() else { throw .truncated }
    return String(decoding: line, as: UTF8.self)
  }

  mutating func push(_ value: PickleValue) throws(PickleError) {
    values += 1
    guard values <= Self.mostValues else { throw .tooLarge }
    stack.append(value)
  }

  /// Takes the topmost value, which a mark protects if it stands above it.
  mutating func pop() throws(PickleError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw malformed("nothing on the stack") }
    return value
  }

  /// Takes the values above the topmost mark, and the mark.
  mutating func popMark() throws(PickleError) -> [PickleValue] {
    guard let height = marks.popLast() else { throw malformed("no mark on the stack") }
    defer { stack.removeSubrange(height...) }
    return Array(stack[height...])
  }

  /// Changes the topmost value, which has to be a node.
  mutating func updateTop(_ change: (inout Pickle.Node) -> Void) throws(PickleError) {
    guard stack.count > marks.last ?? 0, let top = stack.last, pickle.update(top, change) else {
      throw malformed("no container on the stack")
    }
  }

  func malformed(_ what: String) -> PickleError { .malformed(what, at: place) }
}
