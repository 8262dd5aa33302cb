/// A safetensors file in memory: named tensors and a table of texts.
///
/// The format: eight bytes of header length, a JSON header with each tensor's type, shape and place, then the data.
/// Every place is checked on opening, so that a damaged or hostile file ends in an error.
public struct Safetensors: Sendable {
  /// Where a tensor lies and what it is.
  public struct Entry: Sendable, Equatable {
    /// The format of its numbers.
    public let type: ElementType
    /// Length of each dimension, outermost first.
    public let shape: [Int]
    /// Its bytes in the file.
    let range: Range<Int>
  }

  /// The texts of the header's `__metadata__`.
  public let metadata: [String: String]
  /// The tensors by name.
  public let entries: [String: Entry]
  private let bytes: [UInt8]

  /// Opens the bytes of a file.
  public init(_ bytes: [UInt8]) throws(SafetensorsError) {
    let header = try Header(bytes)
    metadata = header.metadata
    entries = header.entries
    self.bytes = bytes
  }

  /// Opens the file at `path`.
  ///
  /// - Throws: `ModelError` where the file cannot be read or breaks the format's rules.
  public init(contentsOf path: String) throws(ModelError) {
    let bytes = try FileBytes.read(path)
    do {
      try self.init(bytes)
    } catch {
      throw .invalid(path: path, reason: error.description)
    }
  }

  /// A tensor's numbers as single-precision floats.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    let entry = try entry(name)
    let values = bytes.withUnsafeBytes { entry.type.floats(UnsafeRawBufferPointer(rebasing: $0[entry.range])) }
    return Tensor(shape: entry.shape, values: values)
  }

  /// A tensor's bytes as they are stored.
  public func bytes(_ name: String) throws(SafetensorsError) -> ArraySlice<UInt8> {
    bytes[try entry(name).range]
  }

  private func entry(_ name: String) throws(SafetensorsError) -> Entry {
    guard let entry = entries[name] else { throw .missing(name) }
    return entry
  }
}
