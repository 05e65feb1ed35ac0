using System.Globalization;
using System.Text;

namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// One execution as text, for example <c>sc2:0*22.1*31.0*9</c>: memory model, number of threads, then who makes how many accesses.
/// <c>f0</c> is the store buffer of thread 0, <c>c1</c> the second alternative of a choice.
/// </summary>
/// <param name="Model">Memory model.</param>
/// <param name="Threads">Number of threads.</param>
/// <param name="Steps">A process for each access; from <see cref="FirstChoice"/> on a choice.</param>
internal sealed record Schedule(MemoryModel Model, int Threads, IReadOnlyList<byte> Steps)
{
    /// <summary>The number of the first alternative of a choice.</summary>
    public const int FirstChoice = 64;

    private const int MaxRun = 1_000_000;

    /// <summary>Reads the text form.</summary>
    /// <param name="text">As <see cref="ToString"/> writes it.</param>
    /// <exception cref="FormatException">It is not a schedule; the message says where.</exception>
    public static Schedule Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string head = colon < 0 ? text : text[..colon];
        MemoryModel model = head.StartsWith("sc", StringComparison.Ordinal) ? MemoryModel.Sc
            : head.StartsWith("tso", StringComparison.Ordinal) ? MemoryModel.Tso
            : throw Wrong(text, "begins with neither sc nor tso");
        if (colon < 0 || !TryNumber(head[(model == MemoryModel.Sc ? 2 : 3)..], Limits.MaxThreads, out int threads) || threads < 1)
        {
            throw Wrong(text, $"needs a number of threads, 1 to {Limits.MaxThreads}, and a colon");
        }

        var steps = new List<byte>();
        foreach (string run in text[(colon + 1)..].Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            AddRun(steps, run, threads, text);
        }

        return new Schedule(model, threads, steps);
    }

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(Model == MemoryModel.Sc ? "sc" : "tso")}{Threads}:");
        for (int i = 0; i < Steps.Count;)
        {
            int end = i + 1;
            while (end < Steps.Count && Steps[end] == Steps[i] && Steps[i] < FirstChoice)
            {
                end++;
            }

            string name = Steps[i] >= FirstChoice ? $"c{Steps[i] - FirstChoice}"
                : Steps[i] >= Threads ? $"f{Steps[i] - Threads}"
                : $"{Steps[i]}";
            text.Append(i == 0 ? "" : ".").Append(name);
            if (end - i > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"*{end - i}");
            }

            i = end;
        }

        return text.ToString();
    }

    private static void AddRun(List<byte> steps, string run, int threads, string text)
    {
        string[] parts = run.Split('*');
        int count = 1;
        if (parts.Length > 2 || (parts.Length == 2 && (!TryNumber(parts[1], MaxRun, out count) || count < 1)))
        {
            throw Wrong(text, $"'{run}' is not a thread and a count");
        }

        bool isChoice = parts[0].StartsWith('c');
        bool isFlush = parts[0].StartsWith('f');
        int limit = isChoice ? byte.MaxValue - FirstChoice : threads - 1;
        if (!TryNumber(isChoice || isFlush ? parts[0][1..] : parts[0], limit, out int number))
        {
            throw Wrong(text, $"'{run}' names no thread from 0 to {threads - 1}");
        }

        byte step = (byte)(isChoice ? FirstChoice + number : isFlush ? threads + number : number);
        if (steps.Count + count > MaxRun)
        {
            throw Wrong(text, $"has more than {MaxRun} accesses");
        }

        steps.AddRange(Enumerable.Repeat(step, count));
    }

    private static bool TryNumber(string text, int limit, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= limit;

    private static FormatException Wrong(string text, string what) =>
        new($"schedule '{(text.Length > 40 ? text[..40] + "..." : text)}' {what}");
}
