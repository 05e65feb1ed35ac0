using System.Runtime.CompilerServices;

// Hot methods have large locals that they fill themselves; clearing them first costs several stores a call.
[module: SkipLocalsInit]
