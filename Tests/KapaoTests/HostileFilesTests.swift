import Foundation
import Kapao
import Testing

/// Files that fuzzing found; see Fuzz/README.md. Each once ended a reader; now most are refused.
@Suite("Hostile files")
struct HostileFilesTests {
  private func files(_ reader: String) throws -> [[UInt8]] {
    let files = try Fixture.files(in: "hostile/\(reader)").map(Fixture.bytes)
    #expect(!files.isEmpty)
    return files
  }

  @Test("do not crash the safetensors reader")
  func safetensors() throws {
    for bytes in try files("safetensors") {
      guard let file = try? Safetensors(bytes) else { continue }
      for name in file.entries.keys { _ = try? file.tensor(name) }
      #expect(throws: (any Error).self) { try Model(bytes, name: "m") }
    }
  }

  @Test("do not crash the ZIP reader")
  func zip() throws {
    for bytes in try files("zip") {
      guard let archive = try? ZipArchive(bytes) else { continue }
      for name in archive.names {
        guard let range = try? archive.range(of: name) else { continue }
        #expect(range.lowerBound >= 0 && range.upperBound <= bytes.count)
      }
    }
    let readable = try files("zip").count { (try? ZipArchive($0)) != nil }
    #expect(readable == 8)
  }

  @Test("do not crash the pickle reader")
  func pickle() throws {
    let readable = try files("pickle").count { (try? PickleReader.read($0, in: 0..<$0.count)) != nil }
    #expect(readable == 3)
  }

  @Test("do not crash the import of checkpoints")
  func checkpoint() throws {
    for bytes in try files("checkpoint") + files("pickle") {
      var builder = ZipBuilder()
      builder.add("m/data.pkl", bytes)
      for storage in 0..<2 { builder.add("m/data/\(storage)", [UInt8](repeating: 0x41, count: 2048)) }
      #expect(throws: (any Error).self) { try Model(builder.archive(), name: "m") }
    }
  }

  @Test("with a tensor larger than its storage, or a module inside itself, are refused")
  func amplification() throws {
    let expanded = TensorRecord(key: "0", type: .float16, offset: 0, shape: [1 << 40], strides: [0])
    #expect(expanded?.span(in: 1 << 20).isInside == false)
    #expect(TensorRecord(key: "0", type: .float16, offset: 0, shape: [1 << 40, 1 << 40], strides: [1, 1]) == nil)
    #expect(TensorRecord(key: "0", type: .float16, offset: 0, shape: [2], strides: [-1]) == nil)
    // {"model": o} with o.__dict__ = {"_modules": {"model": o}}
    var builder = ZipBuilder()
    let module = "}X\u{5}\0\0\0modelcm\nSequential\n)\u{81}q\u{1}}X\u{8}\0\0\0_modules}X\u{5}\0\0\0modelh\u{1}ssbs."
    let pickle = module.unicodeScalars.map { UInt8($0.value) }
    builder.add("m/data.pkl", [0x80, 2] + pickle)
    let error = #expect(throws: (any Error).self) { try Model(builder.archive(), name: "m") }
    #expect("\(error!)".hasPrefix("it is a network of 1 layers that ends in Sequential without KAPAO's keypoints"))
  }
}
