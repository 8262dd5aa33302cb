extension VideoError {
  /// Runs one libav* call and turns a negative result into an error with the call's last log line.
  @discardableResult
  static func check(
    _ operation: String, _ input: String, kind: Kind? = nil, _ call: () -> Int32
  ) throws(VideoError) -> Int32 {
    let (result, line) = LibavLog.recordingLastLine(of: call)
    guard result < 0 else { return result }
    throw VideoError(
      operation: operation, input: input, code: AVErrorCode(rawValue: result), detail: line, kind: kind)
  }

  /// The pointer that an allocating libav* call gave, or an out-of-memory error where it gave none.
  static func allocated<T>(_ pointer: UnsafeMutablePointer<T>?, _ input: String) throws(VideoError)
    -> UnsafeMutablePointer<T>
  {
    guard let pointer else { throw VideoError(operation: "use", input: input, code: .outOfMemory) }
    return pointer
  }
}
