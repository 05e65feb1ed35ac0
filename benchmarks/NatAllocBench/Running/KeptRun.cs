namespace NatAllocBench.Running;

/// <summary>Where a run was written.</summary>
/// <param name="Directory">The run's folder, or null where it has none.</param>
/// <param name="JsonFile">The JSON file that was asked for, or null.</param>
internal sealed record KeptRun(string? Directory, string? JsonFile);
