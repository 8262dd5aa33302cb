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

extension PickleReader {
  /// Executes one instruction, by its code in Python's `pickle` module; `STOP` is the caller's.
  mutating func execute(_ code: UInt8) throws(PickleError) {
    switch code {
    case 0x80: _ = try number(UInt8.self)  // PROTO
    case 0x95: _ = try number(UInt64.self)  // FRAME
    case UInt8(ascii: "("): try mark()
    case UInt8(ascii: "0"): try discard()
    case UInt8(ascii: "1"): _ = try popMark()
    case UInt8(ascii: "2"): try duplicate()

    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.boolean(true))
    case 0x89: try push(.boolean(false))
    case UInt8(ascii: "J"): try push(.integer(Int(number(Int32.self))))
    case UInt8(ascii: "K"): try push(.integer(Int(number(UInt8.self))))
    case UInt8(ascii: "M"): try push(.integer(Int(number(UInt16.self))))
    case 0x8a: try pushLong(run(number(UInt8.self)))
    case 0x8b: try pushLong(run(number(Int32.self)))
    case UInt8(ascii: "G"): try push(.float(Double(bitPattern: number(UInt64.self).byteSwapped)))

    case UInt8(ascii: "X"): try pushString(run(number(UInt32.self)))
    case 0x8c: try pushString(run(number(UInt8.self)))
    case 0x8d: try pushString(run(number(UInt64.self)))
    case UInt8(ascii: "U"): try pushString(run(number(UInt8.self)))  // a text of Python 2
    case UInt8(ascii: "T"): try pushString(run(number(Int32.self)))
    case UInt8(ascii: "C"): try push(.bytes(Array(run(number(UInt8.self)))))
    case UInt8(ascii: "B"): try push(.bytes(Array(run(number(UInt32.self)))))
    case 0x8e, 0x96: try push(.bytes(Array(run(number(UInt64.self)))))

    case UInt8(ascii: ")"): try pushNode(.tuple)
    case UInt8(ascii: "]"): try pushNode(.list)
    case UInt8(ascii: "}"): try pushNode(.dictionary)
    case 0x8f: try pushNode(.set)
    case UInt8(ascii: "t"): try pushNode(.tuple, popMark())
    case UInt8(ascii: "l"): try pushNode(.list, popMark())
    case UInt8(ascii: "d"): try dictionary()
    case 0x91: try pushNode(.set, popMark())
    case 0x85: try tuple(1)
    case 0x86: try tuple(2)
    case 0x87: try tuple(3)

    case UInt8(ascii: "a"): try append([pop()])
    case UInt8(ascii: "e"), 0x90: try append(popMark())
    case UInt8(ascii: "s"): try setItem()
    case UInt8(ascii: "u"): try setItems(popMark())

    case UInt8(ascii: "q"): try memoize(Int(number(UInt8.self)))
    case UInt8(ascii: "r"): try memoize(Int(number(UInt32.self)))
    case 0x94: try memoize(memo.count)
    case UInt8(ascii: "h"): try recall(Int(number(UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(number(UInt32.self)))

    case UInt8(ascii: "c"): try push(.global(module: line(), name: line()))
    case 0x93: try stackGlobal()
    case UInt8(ascii: "R"), 0x81: try call()
    case 0x92: try callWithNames()
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "Q"): try pushNode(.external(pop()))
    default: throw .unsupported(code, at: place)
    }
  }

  private mutating func mark() throws(PickleError) {
    guard marks.count < Self.mostValues else { throw .tooLarge }
    marks.append(stack.count)
  }

  /// Takes off whatever is topmost, a value or a mark.
  private mutating func discard() throws(PickleError) {
    if let height = marks.last, height == stack.count {
      marks.removeLast()
    } else {
      _ = try pop()
    }
  }

  private mutating func duplicate() throws(PickleError) {
    let value = try pop()
    try push(value)
    try push(value)
  }

  /// Pushes a little-endian two's-complement integer of any length; one beyond 64 bits as a float.
  private mutating func pushLong(_ bytes: ArraySlice<UInt8>) throws(PickleError) {
    guard let last = bytes.last else { return try push(.integer(0)) }
    let isNegative = last & 0x80 != 0
    if bytes.count <= 8 {
      var pattern: UInt64 = isNegative ? .max : 0
      for byte in bytes.reversed() { pattern = pattern << 8 | UInt64(byte) }
      return try push(.integer(Int(Int64(bitPattern: pattern))))
    }
    let magnitude = bytes.reversed().reduce(0.0) { $0 * 256 + Double($1) }
    let modulus = isNegative ? Double(sign: .plus, exponent: min(1024, 8 * bytes.count), significand: 1) : 0
    try push(.float(magnitude - modulus))
  }

  private mutating func pushString(_ bytes: ArraySlice<UInt8>) throws(PickleError) {
    try push(.string(String(decoding: bytes, as: UTF8.self)))
  }

  private mutating func pushNode(_ kind: Pickle.Node.Kind, _ items: [PickleValue] = []) throws(PickleError) {
    try push(pickle.add(Pickle.Node(kind: kind, items: items)))
  }

  private mutating func tuple(_ count: Int) throws(PickleError) {
    var items: [PickleValue] = []
    for _ in 0..<count { items.append(try pop()) }
    try pushNode(.tuple, items.reversed())
  }

  private mutating func append(_ items: [PickleValue]) throws(PickleError) {
    try updateTop { $0.items.append(contentsOf: items) }
  }

  private mutating func dictionary() throws(PickleError) {
    let items = try popMark()
    try pushNode(.dictionary)
    try setItems(items)
  }

  private mutating func setItem() throws(PickleError) {
    let value = try pop()
    try setItems([pop(), value])
  }

  private mutating func setItems(_ items: [PickleValue]) throws(PickleError) {
    guard items.count.isMultiple(of: 2) else { throw malformed("a key without a value") }
    try updateTop { node in
      for index in stride(from: 0, to: items.count, by: 2) {
        node.entries.append((items[index], items[index + 1]))
      }
    }
  }

  private mutating func memoize(_ index: Int) throws(PickleError) {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw malformed("nothing on the stack") }
    guard memo.count < Self.mostValues else { throw .tooLarge }
    memo[index] = value
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard let value = memo[index] else { throw malformed("the missing memo \(index)") }
    try push(value)
  }

  private mutating func stackGlobal() throws(PickleError) {
    let name = try pop()
    guard case .string(let name) = name, case .string(let module) = try pop() else {
      throw malformed("a class without a name")
    }
    try push(.global(module: module, name: name))
  }

  /// `REDUCE` and `NEWOBJ`: a callable and its arguments.
  private mutating func call() throws(PickleError) {
    let arguments = try pop()
    try pushNode(.object(callable: pop(), arguments: arguments))
  }

  /// `NEWOBJ_EX`: a class, its arguments and its named arguments, which no class of interest has.
  private mutating func callWithNames() throws(PickleError) {
    _ = try pop()
    try call()
  }

  private mutating func build() throws(PickleError) {
    let state = try pop()
    try updateTop { $0.state = state }
  }
}

/// Why bytes are not a pickle that can be read.
package enum PickleError: Error, Equatable, CustomStringConvertible {
  /// The bytes end before the pickle does.
  case truncated
  /// An instruction that PyTorch does not write, by its code and place.
  case unsupported(UInt8, at: Int)
  /// An instruction that does not fit what came before it.
  case malformed(String, at: Int)
  /// More values than any checkpoint has.
  case tooLarge

  package var description: String {
    switch self {
    case .truncated: "the pickled data is cut off"
    case .unsupported(let code, let place): "the pickled data has the unknown instruction \(code) at byte \(place)"
    case .malformed(let what, let place): "the pickled data is damaged: \(what) at byte \(place)"
    case .tooLarge: "the pickled data holds more than \(PickleReader.mostValues) values"
    }
  }
}

/// Reads little-endian numbers and runs of bytes from a part of an array, and never beyond it.
struct ByteReader {
  private let bytes: [UInt8]
  /// The place in the array of the next byte.
  private(set) var offset: Int
  private let end: Int

  init(_ bytes: [UInt8], in range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - offset }

  /// The next number, `nil` where the bytes end.
  mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type = Number.self) -> Number? {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { return nil }
    let number = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    offset += size
    return Number(littleEndian: number)
  }

  /// The next `count` bytes, `nil` where there are not as many.
  mutating func next(count: some BinaryInteger) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= remaining else { return nil }
    let start = offset
    offset += Int(count)
    return bytes[start..<offset]
  }

  /// The bytes before the next line feed, which is skipped as well.
  mutating func nextLine() -> ArraySlice<UInt8>? {
    guard let feed = bytes[offset..<end].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { offset = feed + 1 }
    return bytes[offset..<feed]
  }
}
