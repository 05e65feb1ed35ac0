using OxyPlot;
using OxyPlot.Axes;

namespace NatAllocBench.Reports.Charts;

/// <summary>A linear axis with its ticks at the values that were measured, as far as their labels have room.</summary>
internal sealed class LinearValueAxis(IReadOnlyList<double> values) : LinearAxis
{
    public override void GetTickValues(
        out IList<double> majorLabelValues, out IList<double> majorTickValues, out IList<double> minorTickValues)
    {
        majorLabelValues = ValueTicks.Fitting(values, ActualMinimum, ActualMaximum, v => v, this);
        majorTickValues = [.. values];
        minorTickValues = [];
    }
}

/// <summary>The same with equal steps for equal factors.</summary>
internal sealed class LogarithmicValueAxis(IReadOnlyList<double> values) : LogarithmicAxis
{
    public override void GetTickValues(
        out IList<double> majorLabelValues, out IList<double> majorTickValues, out IList<double> minorTickValues)
    {
        majorLabelValues = ValueTicks.Fitting(values, ActualMinimum, ActualMaximum, Math.Log, this);
        majorTickValues = [.. majorLabelValues];
        minorTickValues = [];
    }
}

/// <summary>Chooses the values whose labels do not run into each other.</summary>
internal static class ValueTicks
{
    private const double PlotWidth = 560;
    private const double CharacterWidth = 7.5;
    private const double Gap = 10;

    public static IList<double> Fitting(IReadOnlyList<double> values, double minimum, double maximum, Func<double, double> scale, Axis axis)
    {
        List<double> chosen = [];
        double free = double.NegativeInfinity;
        foreach (double value in values)
        {
            double at = (scale(value) - scale(minimum)) / (scale(maximum) - scale(minimum)) * PlotWidth;
            double half = ((axis.LabelFormatter(value).Length * CharacterWidth) + Gap) / 2;
            if (at - half >= free)
            {
                chosen.Add(value);
                free = at + half;
            }
        }

        return chosen;
    }
}
