using NatAllocBench.Commands;

return CommandLine.Run(CommandTree.For(args), args);
