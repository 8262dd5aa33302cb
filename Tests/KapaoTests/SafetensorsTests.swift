import Foundation
import Kapao
import Testing

@Suite("Safetensors")
struct SafetensorsTests {
  private func file(_ header: String, data: Int = 0) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  @Test("reads back what was written, with its texts")
  func readsBack() throws {
    let tensor = Tensor(shape: [2, 3], values: [0, -1.5, 1e-30, 3.1, .greatestFiniteMagnitude, -0.0])
    var writer = SafetensorsWriter(metadata: ["a": "b/ä"])
    writer.add("t", tensor)
    writer.add("image", bytes: [1, 2, 3], shape: [1, 1, 3])
    writer.add("scalar", Tensor(shape: [], values: [7]))
    writer.add("empty", Tensor(shape: [0, 4], values: []))
    let bytes = try writer.encoded()
    let file = try Safetensors(bytes)
    #expect(file.metadata == ["a": "b/ä"])
    #expect(try file.tensor("t") == tensor)
    #expect(try Array(file.bytes("image")) == [1, 2, 3])
    #expect(try file.tensor("image").values == [1, 2, 3])
    #expect(try file.tensor("scalar") == Tensor(shape: [], values: [7]))
    #expect(try file.tensor("empty").shape == [0, 4])
    #expect(bytes[0] % 8 == 0)
    #expect(throws: SafetensorsError.missing("x")) { try file.tensor("x") }
  }

  @Test("reads every half-precision number as the standard library does")
  func readsHalves() {
    let patterns = Array(UInt16.min...UInt16.max)
    let values = patterns.withUnsafeBytes { ElementType.float16.floats($0) }
    for (pattern, value) in zip(patterns, values) {
      let expected = Float(Float16(bitPattern: pattern))
      #expect(value == expected && value.sign == expected.sign || value.isNaN && expected.isNaN)
    }
  }

  @Test("reads bfloat16, doubles and integers as floats")
  func readsOtherTypes() {
    func floats(_ type: ElementType, _ bytes: [UInt8]) -> [Float] { bytes.withUnsafeBytes { type.floats($0) } }
    #expect(floats(.bfloat16, [0xc0, 0x3f, 0x80, 0xff]) == [1.5, -.infinity])
    #expect(floats(.float64, [0, 0, 0, 0, 0, 0, 0xe0, 0x3f]) == [0.5])
    #expect(floats(.int64, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) == [-1])
    #expect(floats(.uint8, [255]) == [255])
  }

  @Test("counts what half precision clamps and how much it rounds")
  func countsRounding() throws {
    var writer = SafetensorsWriter()
    writer.addHalf("exact", Tensor(shape: [2], values: [0.5, -2048]))
    #expect(writer.rounding.isLossless)
    writer.addHalf("t", Tensor(shape: [3], values: [1e6, -1e6, 2049]))
    #expect(writer.rounding.clamped == 2)
    #expect(writer.rounding.largestError == 1)
    #expect(try Safetensors(writer.encoded()).tensor("t").values == [65504, -65504, 2048])
  }

  @Test("refuses headers that break the rules")
  func refusesBrokenHeaders() {
    let broken: [(String, Int)] = [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 0),
      (#"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#, 4),
      (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}"#, 0),
      (#"{"a":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}"#, 4),
      (#"{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}"#, 4),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6
      ),
      (#"{"__metadata__":{"a":1}}"#, 0), (#"[]"#, 0), (#"{"#, 0), (#"{"a":1}"#, 0),
      (String(repeating: #"{"a":"#, count: 100_000), 0),
    ]
    for (header, data) in broken {
      let error = #expect(throws: SafetensorsError.self) { try Safetensors(file(header, data: data)) }
      if case .truncated? = error { Issue.record("\(header) is not cut off") }
    }
  }

  @Test("notices a file that is cut off, wherever the cut is")
  func noticesACut() throws {
    var writer = SafetensorsWriter()
    writer.add("t", Tensor(shape: [2], values: [1, 2]))
    let bytes = try writer.encoded()
    for length in 0..<bytes.count {
      #expect(throws: SafetensorsError.truncated) { try Safetensors(Array(bytes[..<length])) }
    }
    #expect(throws: SafetensorsError.self) { try Safetensors([UInt8](repeating: 0xff, count: 64)) }
  }
}
