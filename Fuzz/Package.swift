// swift-tools-version: 6.1
import PackageDescription

// A package of its own, as libFuzzer needs other build flags; see README.md. `Kapao` and `Support` are links to the product's sources.
let fuzzers = ["FuzzZip", "FuzzPickle", "FuzzSafetensors", "FuzzCheckpoint"]

let package = Package(
  name: "Fuzz",
  targets: [.target(name: "Support"), .target(name: "Kapao", dependencies: ["Support"]), .target(name: "Fuzzing")]
    + fuzzers.map { .executableTarget(name: $0, dependencies: ["Kapao", "Fuzzing"]) },
  swiftLanguageModes: [.v6]
)
