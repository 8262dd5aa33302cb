// swift-tools-version: 6.1
import PackageDescription

// A program that uses kapao-video as a library: what the articles of Sources/KapaoVideo/KapaoVideo.docc show, compiled.
let package = Package(
  name: "Consumer",
  dependencies: [.package(name: "kapao-video", path: "../..")],
  targets: [
    .executableTarget(name: "Consumer", dependencies: [.product(name: "KapaoVideo", package: "kapao-video")])
  ],
  swiftLanguageModes: [.v6]
)
