using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using NatAllocBench.Platform.Interop;

namespace NatAllocBench.Platform.Cpus;

/// <summary>An ascending set of logical CPU numbers, at most <see cref="MaxCpus"/> of them. Immutable.</summary>
public sealed class CpuSet : IEquatable<CpuSet>
{
    /// <summary>CPU numbers are 0 to 1023: the size of the affinity mask that is passed to Linux.</summary>
    public const int MaxCpus = 1024;

    private CpuSet(ImmutableArray<int> cpus) => Cpus = cpus;

    /// <summary>The CPU numbers, ascending, each once.</summary>
    public ImmutableArray<int> Cpus { get; }

    /// <summary>How many CPUs the set holds.</summary>
    public int Count => Cpus.Length;

    /// <summary>
    /// The CPUs this process may use: the affinity of the main thread on Linux (a container's cpuset included) and of
    /// the process on Windows; elsewhere 0 to <see cref="Environment.ProcessorCount"/> - 1. Read again at every call.
    /// </summary>
    public static CpuSet Allowed()
    {
        if (OperatingSystem.IsLinux())
        {
            return AllowedOnLinux() ?? FirstCpus(Environment.ProcessorCount);
        }

        return OperatingSystem.IsWindows() ? AllowedOnWindows() : FirstCpus(Environment.ProcessorCount);
    }

    /// <summary>A set of the given CPUs; the order does not matter.</summary>
    /// <exception cref="ArgumentException">A CPU is named twice or lies outside 0 to 1023.</exception>
    public static CpuSet Of(IEnumerable<int> cpus)
    {
        ImmutableArray<int> sorted = [.. cpus.Order()];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (sorted[i] is < 0 or >= MaxCpus)
            {
                throw new ArgumentException($"CPU {sorted[i]} is outside 0 to {MaxCpus - 1}", nameof(cpus));
            }

            if (i > 0 && sorted[i] == sorted[i - 1])
            {
                throw new ArgumentException($"CPU {sorted[i]} is named twice", nameof(cpus));
            }
        }

        return new CpuSet(sorted);
    }

    /// <summary>Reads a list as Linux writes it, such as <c>0,2-3</c>; ranges are inclusive.</summary>
    /// <param name="text">The list; blanks around numbers are allowed.</param>
    /// <param name="set">The set, or null when the text is not a list.</param>
    /// <param name="error">One line that names what is wrong, or null.</param>
    /// <returns>Whether the text was a list of at least one CPU.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CpuSet? set, [NotNullWhen(false)] out string? error)
    {
        set = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            error = "the CPU list is empty; write for example 0,2-3";
            return false;
        }

        var cpus = new SortedSet<int>();
        foreach (string part in text.Split(','))
        {
            error = AddPart(part.Trim(), cpus);
            if (error is not null)
            {
                return false;
            }
        }

        set = new CpuSet([.. cpus]);
        error = null;
        return true;
    }

    /// <summary>As <see cref="TryParse"/>, with an exception for bad text.</summary>
    /// <exception cref="FormatException">The text is not a CPU list; the message is one line for the user.</exception>
    public static CpuSet Parse(string text) => TryParse(text, out CpuSet? set, out string? error) ? set : throw new FormatException(error);

    /// <summary>Whether the set holds this CPU.</summary>
    public bool Contains(int cpu) => Cpus.BinarySearch(cpu) >= 0;

    /// <summary>The lowest <paramref name="count"/> CPUs of the set.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="taken">The CPUs, or null when there are too few.</param>
    /// <param name="why">One line for the user when there are too few, else null.</param>
    public bool TryTake(int count, [NotNullWhen(true)] out CpuSet? taken, [NotNullWhen(false)] out string? why)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        bool enough = count <= Count;
        taken = enough ? new CpuSet(Cpus[..count]) : null;
        why = enough ? null : $"{count} CPUs asked, but this process may use only {Count} ({this}); ask for at most {Count}";
        return enough;
    }

    /// <summary>The list in the form that <see cref="TryParse"/> reads, for example <c>0,2-3</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int first = 0; first < Count;)
        {
            int last = first;
            while (last + 1 < Count && Cpus[last + 1] == Cpus[last] + 1)
            {
                last++;
            }

            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{Cpus[first]}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{Cpus[last]}");
            }

            first = last + 1;
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(CpuSet? other) => other is not null && Cpus.AsSpan().SequenceEqual(other.Cpus.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CpuSet);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    private static string? AddPart(string part, SortedSet<int> cpus)
    {
        string[] ends = part.Split('-');
        int last = 0;
        if (ends.Length > 2 || !TryNumber(ends[0], out int first) || !TryNumber(ends[^1], out last))
        {
            return $"'{part}' is neither a CPU number (0 to {MaxCpus - 1}) nor a range such as 2-3";
        }

        if (last < first)
        {
            return $"the CPU range '{part}' is reversed; write {last}-{first}";
        }

        for (int cpu = first; cpu <= last; cpu++)
        {
            if (!cpus.Add(cpu))
            {
                return $"CPU {cpu} is named twice";
            }
        }

        return null;
    }

    private static bool TryNumber(string text, out int cpu) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out cpu) && cpu < MaxCpus;

    private static CpuSet FirstCpus(int count) => new([.. Enumerable.Range(0, Math.Min(count, MaxCpus))]);

    // The main thread's mask and not the caller's: the caller may itself be pinned.
    private static unsafe CpuSet? AllowedOnLinux()
    {
        ulong* mask = stackalloc ulong[MaxCpus / 64];
        if (LinuxCalls.GetAffinity(Environment.ProcessId, MaxCpus / 8, mask) < 0)
        {
            return null;
        }

        ImmutableArray<int>.Builder cpus = ImmutableArray.CreateBuilder<int>();
        for (int cpu = 0; cpu < MaxCpus; cpu++)
        {
            if ((mask[cpu / 64] >> (cpu % 64) & 1) != 0)
            {
                cpus.Add(cpu);
            }
        }

        return cpus.Count == 0 ? null : new CpuSet(cpus.ToImmutable());
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static CpuSet AllowedOnWindows()
    {
        using var self = Process.GetCurrentProcess();
        ulong mask = (ulong)self.ProcessorAffinity;
        return new CpuSet([.. Enumerable.Range(0, 64).Where(cpu => (mask >> cpu & 1) != 0)]);
    }
}
