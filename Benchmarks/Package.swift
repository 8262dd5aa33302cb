// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "kapao-benchmarks",
  dependencies: [
    .package(name: "kapao-video", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "CPeak"),
    .executableTarget(
      name: "kapao-bench",
      dependencies: [
        "CPeak",
        .product(name: "KapaoVideo", package: "kapao-video"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
