import CCairo

extension OverlayCanvas {
  /// Space that a line of text takes, in pixels.
  struct TextExtent {
    var width: Double
    var ascent: Double
    var height: Double
  }

  /// Chooses the font: grey anti-aliasing (colour fringes make no sense in YUV), no hinting to whole pixels.
  func prepareText() {
    let options = cairo_font_options_create()
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD)
  }

  /// Measures a line of text.
  func extent(of text: String, size: Double) -> TextExtent {
    cairo_set_font_size(context, size)
    var font = cairo_font_extents_t()
    cairo_font_extents(context, &font)
    var line = cairo_text_extents_t()
    cairo_text_extents(context, text, &line)
    return TextExtent(width: line.x_advance, ascent: font.ascent, height: font.ascent + font.descent)
  }

  /// Draws lines of text on a rounded panel whose upper left corner is at (`x`, `y`).
  ///
  /// - Parameter panelOpacity: The share of the panel in what is under it.
  func draw(
    panel lines: [(text: String, extent: TextExtent)], x: Double, y: Double, size: Double, padding: Double,
    colour: PlaneColour, panel: PlaneColour, panelOpacity: Double
  ) {
    let width = (lines.map(\.extent.width).max() ?? 0) + 2 * padding
    let height = lines.reduce(0) { $0 + $1.extent.height } + padding
    withCairo(x: x, y: y, width: width, height: height) { context in
      let radius = min(padding, height / 2)
      cairo_new_sub_path(context)
      cairo_arc(context, x + width - radius, y + radius, radius, -.pi / 2, 0)
      cairo_arc(context, x + width - radius, y + height - radius, radius, 0, .pi / 2)
      cairo_arc(context, x + radius, y + height - radius, radius, .pi / 2, .pi)
      cairo_arc(context, x + radius, y + radius, radius, .pi, 1.5 * .pi)
      cairo_close_path(context)
      set(panel, opacity: panelOpacity)
      cairo_fill(context)
      set(colour, opacity: 1)
      cairo_set_font_size(context, size)
      var top = y + padding / 2
      for line in lines {
        cairo_move_to(context, x + padding, top + line.extent.ascent)
        cairo_show_text(context, line.text)
        top += line.extent.height
      }
    }
  }

  /// Throws what Cairo had to complain about.
  func checkText() throws {
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw RenderError.text(String(cString: cairo_status_to_string(status)))
    }
  }

  /// Chooses the colour that Cairo draws with.
  func set(_ colour: PlaneColour, opacity: Double) {
    cairo_set_source_rgba(context, Double(colour.y) / 255, Double(colour.u) / 255, Double(colour.v) / 255, opacity)
  }
}
