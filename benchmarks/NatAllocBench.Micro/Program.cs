using BenchmarkDotNet.Running;
using NatAllocBench.Micro;

BenchmarkSwitcher.FromAssembly(typeof(MicroConfig).Assembly).Run(args, MicroConfig.Create(args));
