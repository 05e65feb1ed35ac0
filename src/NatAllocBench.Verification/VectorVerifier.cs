using System.Runtime.ExceptionServices;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification;

/// <summary>
/// Runs the model on kernel vectors: inputs with the answers that the kernel's own C code gave, one JSON object a line. Every field
/// of an answer must agree, on a table of each design. A field that no check asks for fails its line (in the vectors of other systems it is
/// named); a line that cannot be read is named, and the others are verified all the same.
/// </summary>
public static class VectorVerifier
{
    /// <summary>Failing lines shown of one file; the rest are only counted.</summary>
    private const int ShownPerFile = 10;

    private static readonly (string Name, Func<VectorRun, string, VerifyResult> RunFile)[] Known =
    [
        (KernelLocks.Name, RunFile<KernelLocks>),
        (LockFree.Name, RunFile<LockFree>),
    ];

    /// <summary>Names of all table designs.</summary>
    public static IReadOnlyList<string> Designs { get; } = [.. Known.Select(design => design.Name)];

    /// <summary>Verifies the <c>*.jsonl</c> and <c>*.jsonl.gz</c> files of a directory.</summary>
    /// <param name="designs">Names of <see cref="Designs"/>.</param>
    /// <param name="output">
    /// Receives a line for each design and file, the first failing lines of each, and the sum; they quote the files.
    /// </param>
    /// <param name="suites">
    /// Checks of other models, which know no table design and run once; a file that neither they nor the kernel's checks know is skipped.
    /// </param>
    public static VerifyResult Run(
        string directory, IReadOnlyList<string> designs, Action<string> output, params VectorSuite[] suites) =>
        Run(new DirectoryVectors(directory), designs, output, suites);

    /// <summary>Verifies the vectors that come with the program.</summary>
    /// <param name="designs">Names of <see cref="Designs"/>.</param>
    /// <param name="output">As for the other overload.</param>
    /// <param name="suites">Checks of other models; their assemblies' vectors are verified too.</param>
    public static VerifyResult RunEmbedded(IReadOnlyList<string> designs, Action<string> output, params VectorSuite[] suites) =>
        Run(new EmbeddedVectors([.. suites.Select(suite => suite.Home)]), designs, output, suites);

    private static VerifyResult Run(
        IVectorSource source, IReadOnlyList<string> designs, Action<string> output, VectorSuite[] suites)
    {
        var total = new VerifyResult();
        VectorCheck[] others = [.. suites.SelectMany(suite => suite.Checks)];
        try
        {
            IReadOnlyList<string> files = source.FileNames();
            foreach (string name in designs)
            {
                var run = new VectorRun(source, output, others, IsFirst: name == designs[0]);
                Func<VectorRun, string, VerifyResult> runFile = Known.First(design => design.Name == name).RunFile;
                total = files.Aggregate(total, (sum, file) => sum + runFile(run, file));
            }
        }
        catch (VectorFormatException e)
        {
            return total with { Error = e.Message };
        }

        output(total.ToString());
        return total;
    }

    private static VerifyResult RunFile<TDesign>(VectorRun run, string file)
        where TDesign : struct, ITableDesign
    {
        LineOutcome[] outcomes = RunLines<TDesign>(run, file, [.. run.Source.ReadLines(file)]);
        VerifyResult sum = outcomes.Aggregate(new VerifyResult(), (total, outcome) => total + outcome.Result);
        if (sum != new VerifyResult())
        {
            run.Output($"{TDesign.Name} {file}: {sum}");
        }

        var unasked = new SortedSet<string>(outcomes.SelectMany(outcome => outcome.Unasked), StringComparer.Ordinal);
        if (unasked.Count > 0)
        {
            run.Output($"  fields that no check asks for: {string.Join(", ", unasked)}");
        }

        foreach (string note in outcomes.Select(outcome => outcome.Note).OfType<string>().Take(ShownPerFile))
        {
            run.Output("  " + note);
        }

        return sum;
    }

    /// <summary>Every line builds the table that it needs, so all CPUs take lines; the outcomes are in the order of the file.</summary>
    private static LineOutcome[] RunLines<TDesign>(VectorRun run, string file, string[] lines)
        where TDesign : struct, ITableDesign
    {
        var outcomes = new LineOutcome[lines.Length];
        try
        {
            _ = Parallel.For(0, lines.Length, index => outcomes[index] = RunLine<TDesign>(run, file, index + 1, lines[index]));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return outcomes;
    }

    private static LineOutcome RunLine<TDesign>(VectorRun run, string file, int number, string text)
        where TDesign : struct, ITableDesign
    {
        if (text.Length == 0)
        {
            return LineOutcome.Nothing;
        }

        try
        {
            VectorObject line = VectorObject.Parse(text);
            var comparison = new Comparison(line.Text("id"), line.TextOr("tag", ""));
            VectorCheck? check = CheckCatalog<TDesign>.Find(file, comparison.Id, run.Others);
            bool isOthers = check is not null && run.Others.Contains(check);
            if (isOthers && !run.IsFirst)
            {
                return LineOutcome.Nothing;
            }

            Compare(check, line, comparison);
            string[] unasked = comparison.Agrees ? [.. line.UnaskedFields()] : [];
            if (!isOthers)
            {
                comparison.Unchecked(unasked);
            }

            return comparison.Agrees ? new LineOutcome(new VerifyResult(Passed: 1), null, unasked)
                : new LineOutcome(
                    comparison.IsSkipped ? new VerifyResult(Skipped: 1) : new VerifyResult(Failed: 1), $"line {number}: {comparison}", []);
        }
        catch (VectorFormatException e)
        {
            return new LineOutcome(
                new VerifyResult(Malformed: 1, Error: $"{file} line {number}: {e.Message}"), $"line {number}: {e.Message}", []);
        }
    }

    private static void Compare(VectorCheck? check, VectorObject line, Comparison comparison)
    {
        if (check is null)
        {
            comparison.Skip("no check for this kind of file");
            return;
        }

        line.Describes("era");
        check.Run(line, comparison);
    }

    /// <summary>What the files of one design are run with.</summary>
    private sealed record VectorRun(IVectorSource Source, Action<string> Output, VectorCheck[] Others, bool IsFirst);

    /// <summary>What became of one line.</summary>
    /// <param name="Result">Its count.</param>
    /// <param name="Note">Why it did not pass; else null.</param>
    /// <param name="Unasked">Fields of a line that passed and no check asked for: another system's.</param>
    private sealed record LineOutcome(VerifyResult Result, string? Note, string[] Unasked)
    {
        public static LineOutcome Nothing { get; } = new(new VerifyResult(), null, []);
    }
}
