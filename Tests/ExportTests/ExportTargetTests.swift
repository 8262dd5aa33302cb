import Export
import Kapao
import Testing

struct ExportTargetTests {
  @Test(arguments: ExportFormat.allCases)
  func `A target is a format and a path`(_ format: ExportFormat) {
    let target = ExportTarget("\(format.rawValue)=a folder/b=c.txt")
    #expect(target == ExportTarget(format, path: "a folder/b=c.txt"))
    #expect(target?.description == "\(format.rawValue)=a folder/b=c.txt")
  }

  @Test func `The earlier name of a format still names it`() {
    #expect(ExportTarget("mot=tracks.txt") == ExportTarget(.motChallenge, path: "tracks.txt"))
    #expect(ExportTarget(.motChallenge, path: "tracks.txt").description == "motchallenge=tracks.txt")
  }

  @Test(arguments: ["", "coco", "coco=", "=out.json", "COCO=out.json", "unknown=out.json"])
  func `Anything else is none`(_ text: String) { #expect(ExportTarget(text) == nil) }

  @Test(arguments: [
    ("clips/match.mp4", "match"), ("/a/b/walk.1.mov", "walk.1"), ("rtsp://camera:554/live?x=1", "live"),
    ("rtsp://camera", "camera"), ("-", "video"), ("", "video"), ("a b:c.mp4", "a_b_c"), (".hidden", ".hidden"),
  ])
  func `Names are taken from the video`(_ source: String, _ name: String) {
    let context = ExportContext(
      skeleton: .coco17, source: source, frameRate: 0, size: ImageSize(width: 1, height: 1),
      model: "models/kapao_n.safetensors")
    #expect(context.video == name)
    #expect(context.model == "kapao_n")
    #expect(context.frameRate == nil)
  }
}
