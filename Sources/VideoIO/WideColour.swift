import CFFmpeg

/// How pictures of high dynamic range (PQ, HLG) and of wide colour (BT.2020) become 8-bit BT.709.
///
/// White of 203 cd/m² (ITU-R BT.2408), which is 75 % of an HLG signal, is the white of the result. Tones up to half of it,
/// in light, stay; brighter ones up to the peak that the metadata tell, or 1000 cd/m², are compressed smoothly, all three
/// components alike, so that hues stay.
struct WideColour: Hashable {
  /// What is known of the picture's colour; BT.2020 where the transfer says HDR and nothing else is said.
  private let transfer: AVColorTransferCharacteristic
  private let primaries: AVColorPrimaries
  private let matrix: AVColorSpace
  private let isFullRange: Bool
  /// The brightest light, as a multiple of white.
  private let peak: Double
  private let isOdd: Bool

  private static let white = 203.0

  /// Nil for a picture that needs no conversion.
  init?(_ frame: UnsafeMutablePointer<AVFrame>) {
    transfer = frame.pointee.color_trc
    let isHDR = transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67
    let isUnknown = frame.pointee.color_primaries == AVCOL_PRI_UNSPECIFIED
    guard isHDR || frame.pointee.color_primaries == AVCOL_PRI_BT2020 else { return nil }
    primaries = isUnknown ? AVCOL_PRI_BT2020 : frame.pointee.color_primaries
    let description = av_pix_fmt_desc_get(AVPixelFormat(frame.pointee.format))?.pointee
    let isRGB = (description?.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
    let space = frame.pointee.colorspace
    matrix = isRGB ? AVCOL_SPC_RGB : space == AVCOL_SPC_UNSPECIFIED ? AVCOL_SPC_BT2020_NCL : space
    isFullRange = isRGB || frame.pointee.color_range == AVCOL_RANGE_JPEG
    peak = isHDR ? max(1, Self.peak(of: frame) / Self.white) : 0
    isOdd = frame.pointee.width % 2 + frame.pointee.height % 2 > 0
  }

  /// The libavfilter chain that makes the picture 8-bit 4:2:0 in BT.709 and TV range.
  var filters: [String] {
    let known = [AVCOL_TRC_UNSPECIFIED, AVCOL_TRC_RESERVED0].contains(transfer) ? AVCOL_TRC_BT709 : transfer
    let source =
      "tin=\(known.rawValue):pin=\(primaries.rawValue):min=\(matrix.rawValue):rin=\(isFullRange ? "pc" : "tv")"
    // Planar formats, as zscale wants them; halves of chroma samples it does not know.
    let planar = isOdd ? "yuv444p12le|gbrp12le" : Self.planarFormats
    let target = isOdd ? "format=yuv444p" : "format=yuv420p"
    if peak == 0 { return ["format=\(planar)", "zscale=\(source):t=bt709:p=bt709:m=bt709:r=tv", target] }
    return [
      "format=\(planar)", "zscale=\(source):t=linear:npl=\(Self.white)", "format=gbrpf32le", "zscale=p=bt709",
      "tonemap=mobius:param=0.5:desat=0:peak=\(peak)", "zscale=t=bt709:m=bt709:r=tv", target,
    ]
  }

  private static let planarFormats =
    "yuv420p|yuv422p|yuv444p|yuv420p10le|yuv422p10le|yuv444p10le|yuv420p12le|yuv422p12le|yuv444p12le|gbrp|gbrp10le"
    + "|gbrp12le|gbrp16le"

  /// Says of a converted picture what it is now.
  static func describe(_ frame: UnsafeMutablePointer<AVFrame>) {
    frame.pointee.color_trc = AVCOL_TRC_BT709
    frame.pointee.color_primaries = AVCOL_PRI_BT709
    frame.pointee.colorspace = AVCOL_SPC_BT709
    frame.pointee.color_range = AVCOL_RANGE_MPEG
    for kind in [
      AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, AV_FRAME_DATA_DYNAMIC_HDR_PLUS,
      AV_FRAME_DATA_DOVI_RPU_BUFFER, AV_FRAME_DATA_DOVI_METADATA,
    ] { av_frame_remove_side_data(frame, kind) }
  }

  /// Whether libavfilter was built with what the conversion needs.
  static var isAvailable: Bool { FilterLibrary.has("zscale") && FilterLibrary.has("tonemap") }

  /// In cd/m²: of the content, or else of the screen that it was made on.
  private static func peak(of frame: UnsafeMutablePointer<AVFrame>) -> Double {
    if let side = av_frame_get_side_data(frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL) {
      let light = side.pointee.data.withMemoryRebound(to: AVContentLightMetadata.self, capacity: 1) { $0.pointee }
      if light.MaxCLL > 0 { return Double(light.MaxCLL) }
    }
    if let side = av_frame_get_side_data(frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA) {
      let screen = side.pointee.data.withMemoryRebound(to: AVMasteringDisplayMetadata.self, capacity: 1) { $0.pointee }
      if screen.has_luminance != 0, screen.max_luminance.num > 0 { return Rational(screen.max_luminance).doubleValue }
    }
    return 1000
  }
}

/// How the YUV of a picture is made from RGB, as the weights of red and blue in luma.
package enum ColourMatrix: String, Hashable, Sendable, Codable {
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
  package var red: Double {
    switch self {
    case .bt601: 0.299
    case .bt709: 0.2126
    case .bt2020: 0.2627
    case .smpte240m: 0.212
    case .fcc: 0.30
    }
  }

  /// Weight of blue in luma.
  package var blue: Double {
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
