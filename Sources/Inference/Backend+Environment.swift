import CKernels

extension Backend {
  /// Variables that have to be in the environment before the compute libraries are loaded.
  public static var requiredEnvironment: [String: String] {
    // Threads sleep at barriers rather than spin, which is ruinous where cores are shared, but not at once: the next of
    // a hundred layers is mostly there within microseconds.
    var variables = ["OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "1000"]
    switch kapao_vector_level() {
    case 2: variables["OPENBLAS_CORETYPE"] = "SkylakeX"
    case 1: variables["OPENBLAS_CORETYPE"] = "Haswell"
    default: break
    }
    return variables
  }
}
