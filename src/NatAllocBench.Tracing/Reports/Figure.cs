using System.Globalization;

namespace NatAllocBench.Tracing;

/// <summary>Numbers as a trace's report writes them, in the invariant culture.</summary>
internal static class Figure
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Ns(double? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "-";

    public static string Us(double nanoseconds) => (nanoseconds / 1000).ToString("0.00", CultureInfo.InvariantCulture);

    public static string Share(double part, double whole) =>
        whole == 0 ? "-" : (100 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Signed(double percent) => percent.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %";
}
