import Fuzzing
import Kapao

/// Reads a safetensors file and every tensor in it, then as a model.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Fuzzer.bytes(start, count)
  guard let file = try? Safetensors(bytes) else { return 0 }
  for name in file.entries.keys { _ = try? file.tensor(name) }
  _ = try? Model(bytes, name: "fuzz")
  return 0
}

/// SwiftPM's name for the main function of this target.
@_cdecl("FuzzSafetensors_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  Fuzzer.run(count, arguments, test)
}
