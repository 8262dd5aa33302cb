import CFFmpeg

/// How the YUV of a picture is made from RGB, as the weights of red and blue in luma.
public enum ColourMatrix: String, Hashable, Sendable, Codable {
  /// ITU-R BT.601: standard definition, JPEG.
  case bt601
  /// ITU-R BT.709: high definition.
  case bt709
  /// ITU-R BT.2020, non-constant luminance.
  case bt2020
  /// SMPTE 240M.
  case smpte240m
  /// FCC Title 47.
  case fcc

  /// The matrix that libav names `space`; where it names none, the one that players assume for a picture of this
  /// height: BT.709 from 720 lines on.
  init(_ space: AVColorSpace, height: Int) {
    switch space {
    case AVCOL_SPC_BT709: self = .bt709
    case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: self = .bt601
    case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: self = .bt2020
    case AVCOL_SPC_SMPTE240M: self = .smpte240m
    case AVCOL_SPC_FCC: self = .fcc
    default: self = height >= 720 ? .bt709 : .bt601
    }
  }

  /// Weight of red in luma.
  public var red: Double {
    switch self {
    case .bt601: 0.299
    case .bt709: 0.2126
    case .bt2020: 0.2627
    case .smpte240m: 0.212
    case .fcc: 0.30
    }
  }

  /// Weight of blue in luma.
  public var blue: Double {
    switch self {
    case .bt601: 0.114
    case .bt709: 0.0722
    case .bt2020: 0.0593
    case .smpte240m: 0.087
    case .fcc: 0.11
    }
  }

  /// The name that libavfilter's scaler uses.
  var filterName: String { rawValue }
}
