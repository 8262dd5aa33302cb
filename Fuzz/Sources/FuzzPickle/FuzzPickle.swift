import Fuzzing
import Kapao

/// Reads a pickle.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Fuzzer.bytes(start, count)
  _ = try? PickleReader.read(bytes, in: 0..<bytes.count)
  return 0
}

/// SwiftPM's name for the main function of this target.
@_cdecl("FuzzPickle_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  Fuzzer.run(count, arguments, test)
}
