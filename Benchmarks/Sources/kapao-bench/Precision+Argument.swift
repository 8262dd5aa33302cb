import ArgumentParser
import Inference

extension Precision: ExpressibleByArgument {}
