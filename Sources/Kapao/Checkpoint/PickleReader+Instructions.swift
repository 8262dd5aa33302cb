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
