import Fuzzing
import Kapao

/// Opens an archive and reads every entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Fuzzer.bytes(start, count)
  guard let archive = try? ZipArchive(bytes) else { return 0 }
  for name in archive.names { _ = try? archive.range(of: name) }
  return 0
}

/// SwiftPM's name for the main function of this target.
@_cdecl("FuzzZip_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  Fuzzer.run(count, arguments, test)
}
