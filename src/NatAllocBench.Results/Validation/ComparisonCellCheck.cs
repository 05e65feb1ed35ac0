using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Validation;

/// <summary>The checks of one cell of a comparison between kernel and model.</summary>
internal static class ComparisonCellCheck
{
    public static void Check(string place, ComparisonCell cell, Problems problems)
    {
        if (cell.Missing is not null)
        {
            problems.Unless(cell.Missing.Trim().Length > 0, place, "missing must give a reason");
            problems.Unless(cell is { Kernel: null, Model: null, Agrees: null }, place, "a missing cell cannot hold a measurement");
            return;
        }

        problems.Unless(
            cell is { Kernel: not null } or { Model: not null }, place, "kernel or model must be there, or missing must say why not");
        problems.Unless(
            cell.Agrees is null || cell is { Kernel: not null, Model: not null, Test: not null },
            place,
            "agrees needs kernel, model and the test");
        problems.Same(place, "difference", cell.Difference, cell.Kernel - cell.Model, "kernel - model");
        problems.Same(place, "ratio", cell.Ratio, cell.Ratio is null ? null : cell.Model / cell.Kernel, "model / kernel");
        problems.Ordered(place, "kernelLow, kernel and kernelHigh", cell.KernelLow, cell.Kernel, cell.KernelHigh);
        problems.Ordered(place, "modelLow, model and modelHigh", cell.ModelLow, cell.Model, cell.ModelHigh);
        problems.NotNegative(place, "kernel", cell.Kernel);
        problems.NotNegative(place, "model", cell.Model);
        problems.NotNegative(place, "kernelCount", cell.KernelCount);
    }
}
