import KapaoVideo

// consumer VIDEO MODEL OUTPUT CSV
let arguments = CommandLine.arguments
guard arguments.count == 5 else { fatalError("usage: consumer VIDEO MODEL OUTPUT CSV") }
try printNoses(in: arguments[1], model: arguments[2])
print(try annotate(arguments[1], to: arguments[3], csv: arguments[4], model: arguments[2]), "frames")
