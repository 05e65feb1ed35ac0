using System.Globalization;
using System.Text;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Cells;

/// <summary>One execution told step by step: each shared access, and how many private ones a thread made in between.</summary>
/// <param name="cell">The cell.</param>
/// <param name="geometry">The geometry in which the execution was found.</param>
/// <param name="fault">The step of the protocol that is left out, or null.</param>
internal sealed class Witness(ExploredCell cell, Geometry geometry, ProtocolStep? fault = null)
{
    private const int Column = 58;

    /// <summary>Outcome of the last execution that was told.</summary>
    public string? Outcome { get; private set; }

    /// <summary>Whether the program followed the schedule exactly.</summary>
    public bool IsExact { get; private set; }

    /// <summary>The execution in columns, one for each thread.</summary>
    public string ToText(Schedule schedule)
    {
        var text = new StringBuilder();
        int number = 0;
        foreach ((int thread, string step) in Steps(schedule))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {++number,4}  ").Append(' ', thread * Column).Append(step).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The execution as a sequence diagram in Mermaid.</summary>
    public string ToMermaid(Schedule schedule)
    {
        var text = new StringBuilder("sequenceDiagram\n");
        for (int i = 0; i < schedule.Threads; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  participant T{i} as thread {i}\n");
        }

        text.Append("  participant M as memory\n");
        foreach ((int thread, string step) in Steps(schedule))
        {
            string clean = step.Replace(';', ',').Replace('#', ' ');
            text.Append(step.StartsWith('>') ? $"  Note over T{thread}: {clean[2..]}\n" : $"  T{thread}->>M: {clean}\n");
        }

        return text.ToString();
    }

    /// <summary>The execution as a picture.</summary>
    public string ToSvg(Schedule schedule)
    {
        List<(int Thread, string Step)> steps = Steps(schedule);
        return WitnessPicture.ToSvg($"{cell}: {Outcome}", schedule.Threads, steps);
    }

    /// <summary>The steps of the execution, each with the thread that makes it.</summary>
    public List<(int Thread, string Step)> Steps(Schedule schedule)
    {
        IProgram program = cell.CreateProgram(geometry, fault);
        using var disposable = (IDisposable)program;
        using var explorer = new Explorer(program, cell.Model);

        // Once to learn which locations are shared, once to tell them apart.
        explorer.Replay(schedule, out _);
        ExecutionResult result = explorer.Replay(schedule, out bool isExact);
        IsExact = isExact;
        Outcome = result.Violation ?? result.Outcome;
        var steps = new List<(int, string)>();
        var hidden = new int[2 * Limits.MaxThreads];
        foreach (TracedAccess access in result.Accesses)
        {
            if (!access.IsRemark && !access.IsShared)
            {
                hidden[access.Process]++;
                continue;
            }

            int thread = access.Process % program.Threads;
            string private_ = hidden[access.Process] > 0 ? $"({hidden[access.Process]} private accesses) " : "";
            hidden[access.Process] = 0;
            steps.Add((thread, access.IsRemark ? $"> {access.Text}" : private_ + Tell(access, program.Threads, explorer.Locations)));
        }

        return steps;
    }

    private static string Tell(TracedAccess access, int threads, LocationMap locations)
    {
        (string region, long offset) = locations.Describe(access.Location);
        string verb = access.Kind switch
        {
            StepKind.Read => "read",
            StepKind.Write => access.Process >= threads ? "store becomes visible:" : "store",
            StepKind.ReadWrite or StepKind.FailedSwap or StepKind.Count => "interlocked",
            StepKind.Lock => "take",
            StepKind.Unlock => "give back",
            StepKind.Issue => "store, not visible yet:",
            _ => access.Kind.ToString().ToLowerInvariant(),
        };
        return $"{verb} {LocationNames.Of(region, offset)}{(access.Source.Length > 0 ? $" ({access.Source})" : "")}";
    }
}
