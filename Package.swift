// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "kapao-video",
  products: [
    .executable(name: "kapao-video", targets: ["kapao-video"]),
    .library(
      name: "KapaoVideo", targets: ["Kapao", "Inference", "VideoIO", "Tracking", "Render", "Export", "Pipeline"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // C libraries from the distribution: a module map and a shim, nothing else.
    .systemLibrary(name: "CFFmpeg", pkgConfig: "libavformat", providers: [.apt(["libavformat-dev"])]),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .target(name: "CKernels"),

    .target(name: "Kapao"),
    .target(name: "Inference", dependencies: ["Kapao", "CKernels", "COneDNN", "COpenBLAS"]),
    .target(name: "VideoIO", dependencies: ["Kapao", "CKernels", "CFFmpeg"]),
    .target(name: "Render", dependencies: ["Kapao", "VideoIO", "CKernels", "CCairo"]),
    .target(name: "Tracking", dependencies: ["Kapao"]),
    .target(name: "Export", dependencies: ["Kapao"]),
    .target(
      name: "Pipeline",
      dependencies: [
        "Kapao", "Inference", "VideoIO", "Tracking", "Render", "Export",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(
      name: "Service",
      dependencies: [
        "Kapao", "VideoIO", "Tracking", "Render", "Export", "Pipeline", "CMosquitto", "Yams", "FlyingFox",
        .product(name: "FlyingSocks", package: "FlyingFox"), .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "kapao-video",
      dependencies: [
        "Kapao", "Inference", "VideoIO", "Tracking", "Render", "Export", "Pipeline", "Service",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    .target(name: "TestSupport", dependencies: ["Kapao", "VideoIO"], path: "Tests/TestSupport"),
    .testTarget(name: "KapaoTests", dependencies: ["Kapao", "TestSupport"]),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "Kapao", "TestSupport"]),
    .testTarget(name: "VideoIOTests", dependencies: ["VideoIO", "Kapao", "TestSupport"]),
    .testTarget(name: "RenderTests", dependencies: ["Render", "VideoIO", "Kapao"]),
    .testTarget(name: "TrackingTests", dependencies: ["Tracking", "Kapao", "TestSupport"]),
    .testTarget(name: "ExportTests", dependencies: ["Export", "Kapao"]),
    .testTarget(name: "PipelineTests", dependencies: ["Pipeline", "Kapao"]),
    .testTarget(
      name: "LiveTests",
      dependencies: [
        "Pipeline", "VideoIO", "Kapao", "Inference", "TestSupport", .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "Service", "Pipeline", "VideoIO", "Kapao", "TestSupport", .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(name: "EndToEndTests", dependencies: ["kapao-video", "VideoIO", "Kapao", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
