import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Recorded files")
struct RetentionTests {
  private let now = Date(timeIntervalSince1970: 1_000_000)

  private func files(_ ages: [Double], bytes: Int64 = 10) -> [Retention.File] {
    ages.enumerated().map { .init(name: "\($0.offset)", bytes: bytes, date: now.addingTimeInterval(-$0.element)) }
  }

  @Test("files that are too old go, oldest first")
  func age() {
    #expect(Retention(age: 100).expired(files([300, 50, 200, 1]), at: now) == ["0", "2"])
  }

  @Test("the oldest files go until the rest is small enough")
  func size() {
    #expect(Retention(bytes: 25).expired(files([4, 3, 2, 1]), at: now) == ["0", "1"])
  }

  @Test("of many files that are too old at once, as after a clock was set, a tenth goes")
  func clock() {
    let all = files((1...100).reversed().map { Double($0) })
    let retention = Retention(age: 200)
    #expect(retention.expired(all, at: now).isEmpty)
    let later = now.addingTimeInterval(30 * 86400)
    #expect(retention.expired(all, at: later) == (0..<10).map { "\($0)" })
    // How much they may take holds at any time.
    #expect(Retention(age: 200, bytes: 500).expired(all, at: later).count == 50 + 10)
  }

  @Test("a file from the future is not the newest")
  func future() {
    let all = files([30, 20, 10, -30 * 86400])
    #expect(Retention(bytes: 10).expired(all, at: now) == ["0", "1", "3"])
    #expect(Retention(age: 15).expired(all, at: now) == ["0", "1"])
  }

  @Test("what is removed from a folder is told where it is unusual, and files from the future age from now on")
  func folder() throws {
    try Media.withFolder { folder in
      let names = SegmentName(stream: "court", ending: "mkv")
      let write = { (age: Double) in
        let path = names.freePath(in: folder.path, at: now)
        try Data(count: 10).write(to: URL(fileURLWithPath: path))
        let date = now.addingTimeInterval(-age)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        return path
      }
      let count = { try FileManager.default.contentsOfDirectory(atPath: folder.path).count }
      let ahead = try write(-86400)
      for age in 1...40 { _ = try write(Double(age)) }
      #expect(Retention(age: 39.5).apply(to: folder.path, names: names, at: now) == nil)
      #expect(try count() == 40)
      let date = try FileManager.default.attributesOfItem(atPath: ahead)[.modificationDate] as? Date
      #expect(date == now)
      let warning = try #require(Retention(age: 5.5).apply(to: folder.path, names: names, at: now))
      #expect(warning.contains("34 of 40 files are older than they may be; the oldest 4 go now"))
      #expect(try count() == 36)
      let size = try #require(Retention(bytes: 100).apply(to: folder.path, names: names, at: now))
      #expect(size.contains("26 of 36 files are removed"))
    }
  }

  @Test("the newest file stays, however old and large")
  func newest() {
    #expect(Retention(age: 1, bytes: 1).expired(files([500]), at: now).isEmpty)
  }

  @Test("without limits everything stays")
  func unlimited() {
    #expect(Retention().expired(files([1e9, 1]), at: now).isEmpty)
  }

  @Test("names tell the stream and the time, and nothing else is taken for one")
  func names() {
    let names = SegmentName(stream: "court-1", ending: "mkv")
    let name = names.name(at: Date(timeIntervalSince1970: 1_735_689_600))
    #expect(name == "court-1-20250101T000000Z.mkv")
    #expect(names.matches(name))
    #expect(names.matches(names.name(at: now, number: 3)))
    for other in [
      "court-1-20250101T000000Z.mp4", "court-20250101T000000Z.mkv", "court-1-notes.mkv", "court-1-.mkv",
      "court-1-20250101T000000Z-b.mkv", "court-1-extra-20250101T000000Z.mkv",
    ] { #expect(!names.matches(other)) }
  }

  @Test(
    "times and sizes are read with their units",
    arguments: [
      ("45", 45.0), ("45s", 45), ("10m", 600), ("1.5h", 5400), ("7d", 604_800), ("0", nil), ("x", nil), ("-5m", nil),
    ]
      as [(String, Double?)])
  func spans(text: String, expected: Double?) {
    #expect(TimeSpan(text)?.seconds == expected)
  }

  @Test(
    "sizes are read with their units",
    arguments: [("1000", 1000), ("20GB", 20_000_000_000), ("1.5 MB", 1_500_000), ("GB", nil), ("-1kB", nil)]
      as [(String, Int64?)])
  func sizes(text: String, expected: Int64?) {
    #expect(ByteCount(text)?.bytes == expected)
  }
}
