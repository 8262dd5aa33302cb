/// Why bytes are not an archive that can be read.
package enum ZipError: Error, Equatable, CustomStringConvertible {
  /// No end-of-archive record: not a ZIP file, or one that is cut off.
  case noDirectory
  /// A record lies outside the file or contradicts another.
  case damaged(String)
  /// A feature that PyTorch does not use.
  case unsupported(String)
  /// There is no entry of that name.
  case missing(String)

  package var description: String {
    switch self {
    case .noDirectory: "the archive has no directory; the file is cut off or not a ZIP archive"
    case .damaged(let what): "the archive is damaged: \(what)"
    case .unsupported(let what): "the archive has \(what), which PyTorch never writes"
    case .missing(let name): "the archive has no entry \(name)"
    }
  }
}
