import Kapao

/// Why a frame could not be drawn on.
public enum RenderError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Cairo has no memory for, or does not support, a canvas of this size.
  case canvas(ImageSize)
  /// Cairo could not draw text, for example because no font is installed.
  case text(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .canvas(let size): "cannot draw on a picture of \(size)"
    case .text(let reason): "cannot draw text: \(reason)"
    }
  }
}
