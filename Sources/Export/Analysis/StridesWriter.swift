import Analysis
import Support

/// Strides as CSV: a row for each, in order of person and time.
struct StridesWriter {
  let path: String
  private var text = TextBuffer()

  init(path: String) {
    self.path = path
    text.append(
      "person,name,side,start_s,toe_off_s,end_s,stride_time_s,step_time_s,cadence_steps_min,stance_percent,"
        + "stride_length_m,step_length_m,speed_m_s\n")
  }

  /// - Parameter isMetric: Whether lengths are metres; else they are left out.
  mutating func write(_ strides: [Gait.Stride], of person: PersonAnalysis, isMetric: Bool) {
    for stride in strides {
      text.append("\(person.number),")
      text.append(field: person.name)
      text.append(",\(stride.side.rawValue)")
      for value in [stride.start, stride.toeOff, stride.end, stride.time, stride.stepTime ?? .nan] {
        text.append(",")
        text.append(value, decimals: 3)
      }
      for value in [stride.cadence, 100 * stride.stance] {
        text.append(",")
        text.append(value, decimals: 1)
      }
      for value in [stride.length, stride.stepLength ?? .nan, stride.speed] {
        text.append(",")
        if isMetric { text.append(value, decimals: 3) }
      }
      text.append("\n")
    }
  }

  func finish() throws { try AtomicFile.write(text.bytes, to: path) }
}
