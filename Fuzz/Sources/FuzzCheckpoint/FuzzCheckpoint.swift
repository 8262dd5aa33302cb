import Fuzzing
import Kapao

/// Imports a checkpoint with this pickle and small storages, one of them with the strides of the network's grids.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Fuzzer.bytes(start, count)
  var builder = ZipBuilder()
  builder.add("m/data.pkl", bytes)
  builder.add("m/data/0", strides)
  builder.add("m/data/1", [UInt8](repeating: 0x41, count: 2048))
  _ = try? Model(builder.archive(), name: "fuzz")
  return 0
}

/// SwiftPM's name for the main function of this target.
@_cdecl("FuzzCheckpoint_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  Fuzzer.run(count, arguments, test)
}

private let strides = [8, 16, 32, 64].flatMap { (stride: Float) in
  withUnsafeBytes(of: stride.bitPattern.littleEndian) { Array($0) }
}
