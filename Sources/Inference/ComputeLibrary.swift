import COneDNN

/// What computes the networks on this machine.
package enum ComputeLibrary {
  /// oneDNN's version at run time, such as `2.6.0`.
  package static var version: String {
    guard let version = dnnl_version()?.pointee else { return "unknown" }
    return "\(version.major).\(version.minor).\(version.patch)"
  }

  /// The processor's vector instructions that oneDNN uses, by their usual names; none on processors other than x86-64.
  package static var instructions: [String] {
    let known = [
      (dnnl_cpu_isa_avx2, "AVX2"), (dnnl_cpu_isa_avx2_vnni, "AVX-VNNI"), (dnnl_cpu_isa_avx512_core, "AVX-512"),
      (dnnl_cpu_isa_avx512_core_vnni, "AVX-512 VNNI"), (dnnl_cpu_isa_avx512_core_bf16, "AVX-512 BF16"),
    ]
    return known.filter { OneDNNEngine.has($0.0) }.map(\.1)
  }

  /// An ONNX Runtime, and the devices that it was built for.
  package struct ONNXRuntime: Sendable {
    /// For example `1.32.0`.
    package let version: String
    /// Where it is.
    package let path: String
    /// Each device, and why it cannot be used.
    package let devices: [(device: ComputeDevice, problem: String?)]
  }

  /// The ONNX Runtime that is found, and what of its devices can be opened.
  ///
  /// - Throws: `InferenceError.noRuntime`, with what was tried.
  package static func onnxRuntime(_ options: ONNXRuntimeOptions = ONNXRuntimeOptions()) throws -> ONNXRuntime {
    let library = try ONNXRuntimeLibrary.load(options.library)
    let devices = ComputeDevice.allCases.filter { $0 != .auto && library.has($0) }
    return ONNXRuntime(
      version: library.version, path: library.path,
      devices: devices.map { ($0, library.problem(of: $0, options)?.description) })
  }

  /// Whether the processor sums products of bytes in one instruction (VNNI), which makes int8 fast.
  package static var sumsByteProducts: Bool { OneDNNEngine.sumsByteProducts }
}
