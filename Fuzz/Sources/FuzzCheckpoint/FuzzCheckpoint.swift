import Fuzzing
import Kapao

/// Imports a checkpoint with this pickle and storages of zeros.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Fuzzer.bytes(start, count)
  var builder = ZipBuilder()
  builder.add("m/data.pkl", bytes)
  for storage in 0..<474 { builder.add("m/data/\(storage)", content) }
  _ = try? Model(builder.archive(), name: "fuzz")
  return 0
}

/// SwiftPM's name for the main function of this target.
@_cdecl("FuzzCheckpoint_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  Fuzzer.run(count, arguments, test)
}

private let content = [UInt8](repeating: 0, count: 4096)
