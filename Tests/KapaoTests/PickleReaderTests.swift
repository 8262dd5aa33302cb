import Kapao
import Testing

@Suite("Pickle reader")
struct PickleReaderTests {
  private func read(_ bytes: [UInt8]) throws -> Pickle { try PickleReader.read(bytes, in: 0..<bytes.count) }

  private func read(_ text: String) throws -> Pickle { try read(Array(text.utf8)) }

  @Test(
    "reads numbers and texts of every width",
    arguments: [
      ([0x4b, 200], PickleValue.integer(200)), ([0x4d, 1, 2], .integer(513)),
      ([0x4a, 0xff, 0xff, 0xff, 0xff], .integer(-1)), ([0x8a, 0], .integer(0)), ([0x8a, 1, 0xfe], .integer(-2)),
      ([0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1], .float(18_446_744_073_709_551_616)),
      ([0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0xff], .float(-18_446_744_073_709_551_616)),
      ([0x47, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0], .float(0.5)), ([0x8c, 2, 0x61, 0x62], .string("ab")),
      ([0x58, 1, 0, 0, 0, 0x61], .string("a")), ([0x43, 1, 7], .bytes([7])), ([0x4e], .none), ([0x88], .boolean(true)),
    ] as [([UInt8], PickleValue)])
  func readsScalars(bytes: [UInt8], value: PickleValue) throws {
    #expect(try read([0x80, 4] + bytes + [0x2e]).root == value)
  }

  @Test("records a call and never makes it")
  func recordsACall() throws {
    let pickle = try read("cos\nsystem\n(X\u{5}\0\0\0falsetR.")
    let call = try #require(pickle.call(pickle.root))
    #expect(call.module == "os")
    #expect(call.name == "system")
    #expect(call.arguments == [.string("false")])
  }

  @Test("reads a list that contains itself")
  func readsACycle() throws {
    let pickle = try read("]q\0h\0a.")
    #expect(pickle.items(pickle.root) == [pickle.root])
  }

  @Test("reads a hundred thousand lists one inside the other")
  func readsDeepNesting() throws {
    let depth = 100_000
    let pickle = try read(String(repeating: "]", count: depth) + String(repeating: "a", count: depth - 1) + ".")
    #expect(pickle.items(pickle.root)?.count == 1)
  }

  @Test("keeps an object's attributes and its entries")
  func keepsAttributes() throws {
    let pickle = try read("cm\nC\n)\u{81}}X\u{1}\0\0\0aK\u{7}sb.".unicodeScalars.map { UInt8($0.value) })
    #expect(pickle.call(pickle.root)?.name == "C")
    #expect(pickle.attribute(pickle.root, "a") == .integer(7))
    #expect(pickle.attribute(pickle.root, "b") == nil)
  }

  @Test(
    "says what is wrong and where",
    arguments: [
      ("", PickleError.truncated), ("K", .truncated), ("X\u{5}\0\0\0ab", .truncated), ("cos", .truncated),
      (".", .malformed("nothing on the stack", at: 0)), ("Nt.", .malformed("no mark on the stack", at: 1)),
      ("N(a.", .malformed("nothing on the stack", at: 2)), ("Ns.", .malformed("nothing on the stack", at: 1)),
      ("NNa.", .malformed("no container on the stack", at: 2)), ("](Nu.", .malformed("a key without a value", at: 3)),
      ("h\u{9}.", .malformed("the missing memo 9", at: 0)), ("NI1\n.", .unsupported(0x49, at: 1)),
      ("q\0.", .malformed("nothing on the stack", at: 0)),
    ])
  func saysWhatIsWrong(text: String, error: PickleError) {
    #expect(throws: error) { try read(text) }
  }

  @Test("stops at more values than a checkpoint has")
  func stopsAtTooManyValues() {
    let bytes = [UInt8](repeating: UInt8(ascii: "N"), count: PickleReader.mostValues + 1)
    #expect(throws: PickleError.tooLarge) { try read(bytes) }
  }
}
