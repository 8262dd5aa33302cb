import Analysis
import Foundation
import YAMLFile

/// Whom an analysis is about, as a YAML file:
///
///     person: on-court            # or all, largest, longest, most-movement, or numbers as [2, 5]
///     people:
///       Anna: [3, 7]              # tracks that are one person
///       Ben: 2
///     split:
///       - {track: 3, at: 61.5, becomes: 9}
package enum PeopleFile {
  /// Reads a file.
  ///
  /// - Throws: `ConfigurationError` with all problems, with line and field.
  package static func read(_ path: String) throws(ConfigurationError) -> People {
    try YAMLSection.read(path) { (top: YAMLSection) -> People in
      var people = People()
      let expected = "all, largest, longest, most-movement, on-court, or numbers of tracks"
      let chosen = top.values("person", expected) { $0 }.joined(separator: ",")
      if let choice = People.Choice(chosen) {
        people.choice = choice
      } else if !chosen.isEmpty {
        top.note("must be \(expected), not '\(chosen)'", field: "person", at: top.take("person"))
      }
      let named = top.section("people")
      for (name, node) in named?.fields ?? [] {
        let tracks = named?.values(name, "the number of a track, or several as [3, 7]") { Int($0) } ?? []
        for track in tracks where people.merges.contains(where: { $0.tracks.contains(track) }) {
          named?.note("track \(track) is somebody else, too", field: name, at: node)
        }
        if Set(tracks).count < tracks.count { named?.note("names a track twice", field: name, at: node) }
        if !tracks.isEmpty { people.merges.append(People.Merge(tracks: tracks, name: name)) }
      }
      for section in top.sections("split") {
        let track = section.integer("track", 0...Int.max)
        let time = section.value("at", "a time as 61.5 or 1:01.5") { AnalysisInterval.seconds($0) }
        let number = section.integer("becomes", 0...Int.max)
        for (field, isThere) in [("track", track != nil), ("at", time != nil), ("becomes", number != nil)]
        where !isThere {
          if section.take(field) == nil { section.note("is needed", field: field) }
        }
        section.finish()
        if let track, let time, let number {
          if track == number { section.note("becomes itself", field: "becomes", at: section.take("becomes")) }
          people.splits.append(People.Split(track: track, time: time, number: number))
        }
      }
      return people
    }
  }
}
