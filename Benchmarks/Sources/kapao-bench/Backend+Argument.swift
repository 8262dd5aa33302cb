import ArgumentParser
import Inference

extension Backend: ExpressibleByArgument {}
