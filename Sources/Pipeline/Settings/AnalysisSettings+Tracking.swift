import Kapao
import Tracking

extension AnalysisSettings {
  /// Who is who from frame to frame, in which frames people are detected, and smoothing.
  package struct Tracking: Codable, Hashable, Sendable {
    /// Which tracker; `nil` for the preset's, or the general one.
    package var tracker: TrackerChoice?
    /// Number of players; `nil` for 2.
    package var people: Int?
    /// Who is player 1 at the beginning; `nil` for the leftmost.
    package var order: PlayerOrder?
    /// Diagonal of a box as a share of the picture's, below which a person is crowd.
    package var crowdSize: Double?
    /// Where players stand.
    package var region: PictureRegion?
    /// Seconds for which someone out of sight keeps the identity; `nil` for 2.
    package var hold: Double?
    /// Score from which a person may carry on a track; `nil` for 0.1.
    package var weakConfidence: Float?
    /// In which frames people are detected; `nil` for all.
    package var detectEvery: DetectEvery?
    /// Whether keypoints are weighed by their confidence against their motion.
    package var steady: Bool?
    /// How poses are smoothed; `nil` for not at all.
    package var smooth: Smoothing?
    /// Cut-off frequency of the Butterworth filter in Hz; `nil` for 6.
    package var cutoff: Double?
    /// Seconds without a pose that the Butterworth filter fills; `nil` for 0.25.
    package var fillGaps: Double?

    /// The usual settings.
    package init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
      case tracker, people, order
      case crowdSize = "crowd_size"
      case region, hold
      case weakConfidence = "weak_confidence"
      case detectEvery = "detect_every"
      case steady, smooth, cutoff
      case fillGaps = "fill_gaps"

      /// Those that say who is who.
      static let identity: [CodingKeys] = [.tracker, .hold, .weakConfidence, .people, .order, .crowdSize, .region]
    }

    static let choices: [String: [String]] = [
      "tracker": TrackerChoice.allCases.map(\.rawValue), "order": PlayerOrder.allCases.map(\.rawValue),
      "smooth": Smoothing.allCases.map(\.rawValue),
    ]

    /// Checks every value, and what values have to do with each other.
    ///
    /// - Throws: The first ``SettingError``.
    package func validate() throws(SettingError) { if let error = problems.first { throw error } }

    var problems: [SettingError] {
      var problems = [
        SettingError(CodingKeys.people, people.map(Double.init), in: 1...64),
        SettingError(CodingKeys.crowdSize, crowdSize, in: 0...1),
        SettingError(CodingKeys.hold, hold, in: 0...3600, unit: "seconds"),
        SettingError(CodingKeys.weakConfidence, weakConfidence.map(Double.init), in: 0...1),
        SettingError(CodingKeys.cutoff, cutoff, in: 0.1...1000, unit: "Hz"),
        SettingError(CodingKeys.fillGaps, fillGaps, in: 0...2, unit: "seconds"),
      ]
      if tracker == TrackerChoice.none {
        if smooth ?? .none != .none { problems.append(SettingError("{smooth} needs a tracker.")) }
        if steady == true { problems.append(SettingError("{steady} needs a tracker.")) }
      }
      return problems.compactMap { $0 }
    }
  }
}

// MARK: - What the settings come to

extension AnalysisSettings.Tracking {
  /// The settings of the trackers and filters; what is not said is the preset's.
  package func settings(preset: Preset?) -> TrackingSettings {
    var settings = TrackingSettings()
    settings.tracker = tracker ?? (preset == .squash ? .players : .oks)
    settings.general.lossTime = hold ?? 2
    settings.players.holdTime = hold ?? 2
    settings.players.players = people ?? 2
    settings.players.order = order ?? .leftToRight
    settings.players.crowd = CrowdRule(leastSize: crowdSize ?? preset?.crowdSize ?? 0, region: region)
    settings.weakConfidence = weakConfidence ?? settings.weakConfidence
    settings.detectEvery = detectEvery ?? .all
    settings.weighsMotion = steady ?? false
    settings.smoothing = smooth ?? .none
    settings.cutoff = cutoff ?? settings.cutoff
    settings.longestGap = fillGaps ?? settings.longestGap
    return settings
  }

  /// What a run went by, written out: settings without effect are left out.
  init(resolving settings: TrackingSettings) {
    tracker = settings.tracker
    if settings.tracker != .none {
      hold = settings.general.lossTime
      weakConfidence = settings.weakConfidence
    }
    if settings.tracker == .players {
      people = settings.players.players
      order = settings.players.order
      crowdSize = settings.players.crowd.leastSize
      region = settings.players.crowd.region
    }
    smooth = settings.smoothing
    steady = settings.weighsMotion
    detectEvery = settings.detectEvery
    if settings.smoothing == .butterworth {
      cutoff = settings.cutoff
      fillGaps = settings.longestGap
    }
  }
}
