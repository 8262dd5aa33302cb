import Kapao
import Testing

@Suite("ZIP reader")
struct ZipArchiveTests {
  @Test("finds stored entries, with and without ZIP64 records", arguments: [false, true])
  func findsEntries(wide: Bool) throws {
    var builder = ZipBuilder()
    builder.add("a/one", Array("eins".utf8))
    builder.add("a/two", [])
    let bytes = builder.archive(wide: wide)
    let archive = try ZipArchive(bytes)
    #expect(archive.names.sorted() == ["a/one", "a/two"])
    #expect(bytes[try archive.range(of: "a/one")].elementsEqual("eins".utf8))
    #expect(try archive.range(of: "a/two").isEmpty)
    #expect(throws: ZipError.missing("a/three")) { try archive.range(of: "a/three") }
  }

  @Test("refuses compressed and encrypted entries by name")
  func refusesCompressedEntries() throws {
    var builder = ZipBuilder()
    builder.add("deflated", [1, 2], method: 8)
    builder.add("secret", [1, 2], flags: 1)
    let archive = try ZipArchive(builder.archive())
    #expect(throws: ZipError.unsupported("the compressed entry deflated")) { try archive.range(of: "deflated") }
    #expect(throws: ZipError.unsupported("the encrypted entry secret")) { try archive.range(of: "secret") }
  }

  @Test("notices a wrong checksum, a length beyond the file and a name that comes twice")
  func noticesDamage() throws {
    var builder = ZipBuilder()
    builder.add("a", [1, 2], checksum: 7)
    builder.add("b", [1, 2], size: 1 << 30)
    let archive = try ZipArchive(builder.archive())
    #expect(throws: ZipError.damaged("the checksum of the entry a is wrong")) { try archive.range(of: "a") }
    #expect(throws: ZipError.damaged("the entry b lies outside the file")) { try archive.range(of: "b") }
    builder.add("a", [])
    #expect(throws: ZipError.damaged("it has two entries a")) { try ZipArchive(builder.archive()) }
  }

  @Test("opens no archive that is cut off, wherever the cut is")
  func noticesACut() {
    var builder = ZipBuilder()
    builder.add("a", Array("content".utf8))
    let bytes = builder.archive(wide: true)
    for length in 0..<bytes.count {
      #expect(throws: ZipError.self) { try ZipArchive(Array(bytes[..<length])) }
    }
  }

  @Test("computes the standard checksum")
  func computesTheStandardChecksum() {
    let check = Array("123456789".utf8)
    #expect(CRC32.checksum(of: check, in: 0..<9) == 0xcbf4_3926)
    #expect(CRC32.checksum(of: [], in: 0..<0) == 0)
  }
}
