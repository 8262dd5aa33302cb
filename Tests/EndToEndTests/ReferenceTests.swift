import Foundation
import TestSupport
import Testing

@Suite("Reference of options")
struct ReferenceTests {
  @Test("what docs/cli.md and docs/configuration.md list is what the program has")
  func isUpToDate() {
    let script = Fixtures.root.appending(path: "scripts/reference.py").path
    let result = Media.run("python3", [script, "--check", "--program", Program.path])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("the manual's page of the configuration has its fields")
  func manual() {
    let code = """
      import sys; sys.path.insert(0, sys.argv[1])
      import manual; print(manual.configuration('1', '2026-01-01'))
      """
    let result = Media.run("python3", ["-c", code, Fixtures.root.appending(path: "scripts").path])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("`stall_timeout`"))
  }

  @Test("links between pages lead somewhere")
  func links() throws {
    let docs = Fixtures.root.appending(path: "docs")
    for page in try FileManager.default.contentsOfDirectory(atPath: docs.path) where page.hasSuffix(".md") {
      let text = try String(contentsOf: docs.appending(path: page), encoding: .utf8)
      for link in text.matches(of: /\]\(([A-Za-z0-9_\-.\/]*)(#[^)]*)?\)/) {
        let target = link.output.1.isEmpty ? docs.appending(path: page) : docs.appending(path: String(link.output.1))
        guard FileManager.default.fileExists(atPath: target.path) else {
          Issue.record("\(page): there is no \(target.path)")
          continue
        }
        guard let anchor = link.output.2?.dropFirst(), target.pathExtension == "md" else { continue }
        let headings = try String(contentsOf: target, encoding: .utf8).split(separator: "\n").filter {
          $0.hasPrefix("#")
        }
        #expect(headings.map(Self.anchor).contains(String(anchor)), "\(page): \(target.lastPathComponent)#\(anchor)")
      }
    }
  }

  @Test(
    "the files that a frame passes are there, and not more than sixty",
    arguments: ["`annotate` (", "`stream` into a video ("])
  func way(begin: String) throws {
    let text = try String(contentsOf: Fixtures.root.appending(path: "docs/architecture.md"), encoding: .utf8)
    let list = try #require(text.split(separator: begin).dropFirst().first?.split(separator: "\n\n").first)
    let names = list.split(separator: "files): ").last?.split { ", \n.".contains($0) } ?? []
    #expect((40...60).contains(names.count))
    #expect(list.hasPrefix("\(names.count) "))
    for name in names {
      let path = Fixtures.root.appending(path: "Sources/\(name).swift").path
      #expect(FileManager.default.fileExists(atPath: path), "\(name)")
    }
  }

  /// A heading's anchor as GitHub makes it.
  private static func anchor(_ heading: Substring) -> String {
    heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
      .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }.replacing(" ", with: "-")
  }
}
