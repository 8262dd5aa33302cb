import Foundation
import TestSupport
import Testing

/// `kapao-video court page` in a real browser, and `court draw`.
struct CourtPageTests {
  /// A squash court seen by a camera that looks down at it; the T is clicked by some pixels beside.
  private static let points: [(name: String, x: Double, y: Double)] = [
    ("front-left", 330, 260), ("front-right", 672, 260), ("back-right", 905, 640), ("back-left", 95, 640),
    ("t", 501, 398),
    ("short-left", 245, 397), ("short-right", 757, 397),
  ]

  /// Clicks and drags as a person does: chooses points in the plan, presses in the frame, and drags the first from a wrong place.
  private static func driver(_ points: [(name: String, x: Double, y: Double)]) -> String {
    let list = points.map { "[\"\($0.name)\",\($0.x),\($0.y)]" }.joined(separator: ",")
    return """
      <script>
      const at = (x, y) => {
        const p = new DOMPoint(x, y).matrixTransform(document.getElementById("frame").getScreenCTM());
        return { clientX: p.x, clientY: p.y, bubbles: true, cancelable: true };
      };
      const send = (type, x, y) => {
        const place = at(x, y);
        document.elementFromPoint(place.clientX, place.clientY).dispatchEvent(new PointerEvent(type, place));
      };
      const list = [\(list)];
      for (const [name, x, y] of list) {
        document.querySelector(`#plan [data-name="${name}"]`).dispatchEvent(new MouseEvent("click", { bubbles: true }));
        const wrong = name === list[0][0] ? 40 : 0;
        send("pointerdown", x + wrong, y + wrong);
        send("pointerup", x + wrong, y + wrong);
      }
      const [, x, y] = list[0];
      send("pointerdown", x + 40, y + 40);
      send("pointermove", x + 15, y + 3);
      send("pointermove", x, y);
      send("pointerup", x, y);
      </script></body>
      """
  }

  private struct Calibration: Decodable {
    struct Map: Decodable { var rows: [Double] }
    struct Landmark: Decodable { var name: String }
    var format: String
    var homography: Map
    var distortion: Double
    var errors: [Double]
    var landmarks: [Landmark]
    var imageSize: [Int]
  }

  private static func decode(_ data: Data) throws -> Calibration {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Calibration.self, from: data)
  }

  /// What stands in an element of the page after its scripts have run in the browser.
  private static func element(_ id: String, of page: URL) throws -> String {
    let browser = ["chromium-headless-shell", "chromium"].first { Media.run("which", [$0]).status == 0 }
    let result = Media.run(
      try #require(browser, "the tests need Chromium: scripts/setup.sh installs it"),
      [
        "--no-sandbox", "--disable-gpu", "--window-size=1400,1200", "--virtual-time-budget=2000", "--dump-dom",
        page.absoluteString,
      ])
    let parts = result.output.components(separatedBy: "id=\"\(id)\">")
    try #require(parts.count == 2, "\(result.errors)")
    let text = parts[1].components(separatedBy: "</")[0]
    return text.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&amp;", with: "&")
  }

  private static func inFolder(_ body: (URL) throws -> Void) throws {
    try Media.withFolder { folder in
      let table = points.map { "\($0.name),\($0.x),\($0.y)" }.joined(separator: "\n")
      try ("name,x,y\n" + table).write(to: folder.appending(path: "points.csv"), atomically: true, encoding: .utf8)
      let source = "testsrc=s=1000x700:r=5:d=2,format=yuv420p"
      Media.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, folder.appending(path: "clip.mp4").path])
      let fit = Program.run(
        ["court", "fit", "clip.mp4", "--court", "squash", "--points", "points.csv", "-o", "court.json", "--quiet"],
        in: folder)
      #expect(fit.status == 0, "\(fit.errors)")
      try body(folder)
    }
  }

  @Test("points that are clicked and dragged in a browser give the file that court fit gives")
  func clicked() throws {
    try Self.inFolder { folder in
      let page = folder.appending(path: "page.html")
      let made = Program.run(["court", "page", "clip.mp4", "--court", "squash", "-o", "page.html"], in: folder)
      #expect(made.status == 0, "\(made.errors)")
      let html = try String(contentsOf: page, encoding: .utf8)
      #expect(
        !html.contains("http:") || html.components(separatedBy: "http").count == 2, "nothing but the SVG name space")
      try html.replacingOccurrences(of: "</body>", with: Self.driver(Self.points)).write(
        to: page, atomically: true, encoding: .utf8)
      let clicked = try Self.decode(Data(try Self.element("json", of: page).utf8))
      let fitted = try Self.decode(try Data(contentsOf: folder.appending(path: "court.json")))
      #expect(clicked.format == fitted.format)
      #expect(clicked.imageSize == [1000, 700])
      #expect(clicked.landmarks.map(\.name) == fitted.landmarks.map(\.name))
      #expect(abs(clicked.distortion - fitted.distortion) < 1e-5)
      for (a, b) in zip(clicked.homography.rows, fitted.homography.rows) { #expect(abs(a - b) < 1e-6 * max(abs(b), 1)) }
      for (a, b) in zip(clicked.errors, fitted.errors) { #expect(abs(a - b) < 0.01) }
      // And the file is one that the program reads.
      try Self.element("json", of: page).write(
        to: folder.appending(path: "clicked.json"), atomically: true, encoding: .utf8)
      let drawn = Program.run(["court", "draw", "clip.mp4", "--court", "clicked.json", "-o", "x.png"], in: folder)
      #expect(drawn.status == 0, "\(drawn.errors)")
    }
  }

  @Test("points of a file are there to be corrected, and an exchange of left and right is named")
  func corrected() throws {
    try Self.inFolder { folder in
      let page = folder.appending(path: "page.html")
      _ = Program.run(["court", "page", "clip.mp4", "--court", "court.json", "-o", "page.html"], in: folder)
      #expect(try Self.decode(Data(try Self.element("json", of: page).utf8)).landmarks.count == Self.points.count)
      _ = Program.run(["court", "page", "clip.mp4", "--court", "squash", "-o", "page.html"], in: folder)
      let mirrored = Self.points.prefix(4).map { (name: $0.name, x: 1000 - $0.x, y: $0.y) }
      let html = try String(contentsOf: page, encoding: .utf8)
      try html.replacingOccurrences(of: "</body>", with: Self.driver(Array(mirrored))).write(
        to: page, atomically: true, encoding: .utf8)
      #expect(try Self.element("message", of: page).contains("mirrored"))
      #expect(try Self.element("json", of: page).isEmpty)
    }
  }

  @Test("the court is drawn over a picture and over every frame of a video, on its lines")
  func drawn() throws {
    try Self.inFolder { folder in
      for output in ["court.png", "court.mp4"] {
        let drawn = Program.run(["court", "draw", "clip.mp4", "--court", "court.json", "-o", output], in: folder)
        #expect(drawn.status == 0, "\(drawn.errors)")
      }
      let video = folder.appending(path: "court.mp4").path
      #expect(Media.probe(video, entries: "stream=nb_read_frames", arguments: ["-count_frames"]) == ["10"])
      // The front line, half way between its ends, is yellow.
      let pixel = Media.run(
        "ffmpeg",
        [
          "-v", "error", "-i", folder.appending(path: "court.png").path, "-vf", "crop=1:1:500:260,format=rgb24", "-f",
          "rawvideo", folder.appending(path: "pixel.rgb").path,
        ])
      #expect(pixel.status == 0)
      let colour = [UInt8](try Data(contentsOf: folder.appending(path: "pixel.rgb")))
      #expect(colour[0] > 200 && colour[1] > 170 && colour[2] < 110, "\(colour)")
    }
  }

  @Test("frames of another size and outputs that are inputs are refused")
  func refused() throws {
    try Self.inFolder { folder in
      Media.run(
        "ffmpeg",
        ["-v", "error", "-i", folder.appending(path: "clip.mp4").path, "-vf", "scale=500:350", "-frames:v", "1"]
          + [folder.appending(path: "small.png").path])
      let small = Program.run(["court", "draw", "small.png", "--court", "court.json", "-o", "x.png"], in: folder)
      #expect(small.status == 3 && small.errors.contains("1000 × 700, not 500 × 350"), "\(small.errors)")
      let same = Program.run(["court", "draw", "clip.mp4", "--court", "court.json", "-o", "clip.mp4"], in: folder)
      #expect(same.status == 2, "\(same.errors)")
    }
  }
}
