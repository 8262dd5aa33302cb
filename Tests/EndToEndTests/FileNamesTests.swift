import Foundation
import TestSupport
import Testing

@Suite("Names of inputs and outputs")
struct FileNamesTests {
  /// Runs a script of bash in a folder; `$K` is the program, `$CLIP` a clip, `$FAST` the quick network's options.
  private func bash(_ script: String, in folder: URL) -> Program.Outcome {
    let model = Program.quickModel.joined(separator: " ")
    let variables = ["K=\(Program.path)", "CLIP=\(Media.path("av.mp4"))", "FAST=--quiet \(model)"]
    let result = Media.run("env", ["--chdir=\(folder.path)"] + variables + ["bash", "-c", script])
    return Program.Outcome(status: result.status, output: result.output, errors: result.errors)
  }

  @Test(
    "a file is read and written under whatever name",
    arguments: [
      "rtsp_cam1", "rtsp:cam", "http:x", "C:clip", "a b", "-dash", "new\\nline", "f\\351", "\\377\\376", "50%",
      "50%25d",
      "[x]*?", "Ünï",
    ])
  func names(name: String) throws {
    try Media.withFolder { folder in
      let outcome = bash(
        """
        set -e
        n=$(printf -- '\(name.replacingOccurrences(of: "%", with: "%%"))')
        cp "$CLIP" "./$n.mp4"
        "$K" annotate $FAST -o="$n.mkv" --csv="$n.csv" --export coco="$n.coco.json" --export openpose="$n.d" \
          --export trc="$n" --end 1 -- "$n.mp4"
        "$K" convert -q --to=ndjson -o="$n.ndjson" -- "$n.csv"
        test -s "./$n.mkv"; test -s "./$n.csv"; test -s "./$n.json"; test -s "./$n.coco.json"
        test -s "./$n.ndjson"; ls "./$n.d" | head -1 | grep -q json
        ffprobe -v error "file:./$n.mkv"
        ls -1A | wc -l
        """, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
    }
  }

  @Test("a name that is not UTF-8 is named as it is, and the model may have one")
  func messages() throws {
    try Media.withFolder { folder in
      let outcome = bash(
        """
        n=$(printf 'f\\351.mp4'); cp "$CLIP" "$n"
        m=$(printf 'm\\351.pt'); set -- $FAST; cp "$3" "$m"
        "$K" annotate "$n" --csv "$(printf 'o\\351.csv')" --model "$m" --size 128 2> errors || exit 1
        grep -qaF "Wrote $(printf 'o\\351.csv')" errors || exit 2
        "$K" annotate "$(printf 'g\\351.mp4')" --csv x.csv $FAST 2> errors; test $? = 3 || exit 4
        grep -qaF "$(printf 'g\\351.mp4'): No such file" errors || exit 5
        """, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test(
    "text goes to a substitution, a descriptor and a pipe as it goes to a file, and nothing else is made",
    arguments: ["csv", "ndjson", "coco", "deeplabcut", "sleap", "posetrack", "mot", "kapao"])
  func streamed(format: String) throws {
    try Media.withFolder { folder in
      let walk = Fixtures.root.appending(path: "Tests/ReadBack/walk.csv").path
      let outcome = bash(
        """
        c() { "$K" convert '\(walk)' -q --to \(format) -o "$1"; }
        c plain || exit 1; rm -f plain.json
        c >(cat > a) || exit 2
        echo before > b; c /dev/stdout >> b || exit 3
        c /dev/fd/7 7> d || exit 4
        c /dev/stderr 2> e || exit 5
        mkfifo pipe; cat pipe > f & c pipe || exit 6; wait
        ln -s /dev/stdout link; c link | cat > g || exit 7
        while ! cmp -s a plain; do :; done
        for i in d e f g; do cmp $i plain || exit 8; done
        (echo before; cat plain) | cmp - b || exit 9
        ls -A | tr '\\n' ' '
        """, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "a b d e f g link pipe plain ")
      #expect(!FileManager.default.fileExists(atPath: "/dev/stdout.json"))
    }
  }

  @Test("a video goes to a descriptor and a pipe")
  func streamedVideo() throws {
    try Media.withFolder { folder in
      let outcome = bash(
        """
        "$K" annotate "$CLIP" -o /dev/fd/7 --end 1 $FAST 7> a || exit 1
        mkfifo b.mp4; cat b.mp4 > c & "$K" annotate "$CLIP" -o b.mp4 --end 1 $FAST || exit 2; wait
        for i in a c; do ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 $i; done
        """, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.split(separator: "\n").filter { $0 == "25" }.count == 2, "\(outcome.output)")
    }
  }

  @Test(
    "several files do not go to a pipe, and nothing is compressed by its name",
    arguments: [
      ["--export", "trc=/dev/stdout"], ["--export", "openpose=pipe"], ["--export", "trc=-"],
      ["--export", "csv=p.csv.gz"],
      ["--csv", "/dev/stdout", "-o", "-"], ["--export", "coco=c.json.zst"],
    ])
  func refused(arguments: [String]) throws {
    try Media.withFolder { folder in
      try #require(mkfifo(folder.appending(path: "pipe").path, 0o600) == 0)
      let outcome = Program.run(["annotate", Media.path("av.mp4")] + arguments, in: folder)
      #expect(outcome.status == 2, "\(outcome.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left == ["pipe"])
    }
  }

  @Test(
    "an output that cannot be made is refused before anything is opened",
    arguments: [
      "-o=no/out.mp4", "-o=no/frame_%d.png", "-o=out.xyz", "-o=dir", "-o=new/", "--csv=no/p.csv", "--csv=dir",
      "--csv=file/p.csv", "--export=trc=no/", "--export=trc=no/walk", "--export=openpose=no/op",
      "--export=openpose=file",
      "--export=coco=no/c.json", "--export=ndjson=dir/", "--export=pose2sim=file/op",
    ])
  func unwritable(argument: String) throws {
    try Media.withFolder { folder in
      try FileManager.default.createDirectory(at: folder.appending(path: "dir"), withIntermediateDirectories: true)
      try "content".write(to: folder.appending(path: "file"), atomically: true, encoding: .utf8)
      // The input is missing, which would be said if it had been opened.
      let outcome = Program.run(["annotate", "missing.mp4", argument] + Program.quickModel, in: folder)
      #expect(outcome.status == 5, "\(outcome.errors)")
      let path = argument.split(separator: "=").last ?? ""
      #expect(outcome.errors.contains(path), "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["dir", "file"])
    }
  }

  @Test("pictures are annotated as a video with the rate that is asked for")
  func pictures() throws {
    try Media.withFolder { folder in
      Media.run(
        "ffmpeg",
        ["-v", "error", "-i", Media.path("av.mp4"), "-frames:v", "12", "-start_number", "95"]
          + [folder.appending(path: "s%d.jpg").path])
      let files = (95..<107).map { "s\($0).jpg" }
      for inputs in [["."], ["s%d.jpg"], ["s*.jpg"], files] {
        let outcome = Program.run(
          ["annotate"] + inputs + ["-o", "out.mp4", "--input-rate", "10", "-q"] + Program.quickModel, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let output = folder.appending(path: "out.mp4").path
        #expect(Media.probe(output, entries: "stream=nb_frames,duration") == ["1.200000,12"])
      }
      let mixed = Program.run(["annotate", "s95.jpg", "out.mp4", "-o", "x.mp4"], in: folder)
      #expect(mixed.status == 2)
      #expect(mixed.errors.contains("out.mp4 is no picture"))
    }
  }

  @Test("too little memory ends with one line and exit code 4", arguments: [700, 800, 900, 1000])
  func memory(megabytes: Int) throws {
    try Media.withFolder { folder in
      let outcome = bash(
        "ulimit -v \(megabytes)000; export SWIFT_BACKTRACE=enable=no; \"$K\" annotate \"$CLIP\" -o o.mp4 -q --size 2048",
        in: folder)
      #expect(outcome.status == 4, "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left == [])
    }
  }
}
