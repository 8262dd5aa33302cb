import ArgumentParser
import Inference

extension Precision: @retroactive ExpressibleByArgument {}
