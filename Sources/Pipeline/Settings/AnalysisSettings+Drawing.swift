import Kapao
import Render

extension AnalysisSettings {
  /// What is drawn.
  package struct Drawing: Codable, Hashable, Sendable {
    /// Limbs and keypoints; `nil` for yes.
    package var skeleton: Bool?
    /// Keypoints of the face.
    package var face: Bool?
    /// Boxes of people.
    package var bbox: Bool?
    /// Boxes of the keypoint objects that were fused into people.
    package var keypointBoxes: Bool?
    /// Each person's score at the box.
    package var score: Bool?
    /// How colours are chosen; `nil` for a colour for each person.
    package var color: OverlayStyle.ColourMode?
    /// Colour of the dots and boxes of keypoint objects.
    package var keypointColor: RGBColour?
    /// Opacity of the drawing, 0…1.
    package var alpha: Double?
    /// Width of lines in pixels.
    package var lineWidth: Double?
    /// Radius of keypoints in pixels.
    package var keypointSize: Double?
    /// Width in pixels of the line of keypoints, which are rings then.
    package var keypointThickness: Double?
    /// The frame rate of the processing.
    package var fps: Bool?
    /// The time in the video.
    package var time: Bool?
    /// Each person's identity at the box.
    package var ids: Bool?
    /// Seconds of each person's trail.
    package var trail: Double?
    /// Whether players' boxes are filled with a trace of their colour; `nil` for yes.
    package var playerBoxes: Bool?

    /// The usual drawing.
    package init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
      case skeleton, face, bbox
      case keypointBoxes = "keypoint_boxes"
      case score, color
      case keypointColor = "keypoint_color"
      case alpha
      case lineWidth = "line_width"
      case keypointSize = "keypoint_size"
      case keypointThickness = "keypoint_thickness"
      case fps, time, ids, trail
      case playerBoxes = "player_boxes"
    }

    /// Checks every value.
    ///
    /// - Throws: The first ``SettingError``.
    package func validate() throws(SettingError) { if let error = problems.first { throw error } }

    var problems: [SettingError] {
      var problems = [
        SettingError(CodingKeys.alpha, alpha, in: 0...1),
        SettingError(CodingKeys.trail, trail, in: 0...3600, unit: "seconds"),
      ]
      let sizes: [(CodingKeys, Double?)] = [
        (.lineWidth, lineWidth), (.keypointSize, keypointSize), (.keypointThickness, keypointThickness),
      ]
      for (name, value) in sizes {
        if let value, !(value > 0 && value <= 1000) {
          problems.append(SettingError("{\(name.rawValue)} must be between 0 and 1000 pixels."))
        }
      }
      return problems.compactMap { $0 }
    }

    /// The style; what is not said is the preset's.
    package func style(keypointObjectsOnly: Bool, preset: Preset?) -> OverlayStyle {
      var style = OverlayStyle()
      style.skeleton = skeleton ?? true
      style.keypoints = skeleton ?? true
      style.facePoints = face == true || preset?.drawsFace == true
      style.boxes = bbox == true || preset?.isDemo == true
      style.keypointBoxes = keypointBoxes ?? false
      if score == true { style.labels.insert(.score) }
      if ids == true { style.labels.insert(.identity) }
      style.colourMode = color ?? preset?.colour ?? .person
      style.keypointColour = keypointColor
      style.opacity = alpha ?? preset?.opacity ?? style.opacity
      style.lineWidth = lineWidth
      style.keypointSize = keypointSize
      style.keypointThickness = keypointThickness
      style.keypointObjectsOnly = keypointObjectsOnly
      style.showsFrameRate = fps ?? false
      style.showsTime = time ?? false
      style.trail = trail ?? 0
      style.fillsPlayers = playerBoxes ?? true
      return style
    }
  }
}
