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
    /// <param name="output">Receives a line for each design and file, the first failing lines of each, and the sum.</param>
    /// <param name="suites">
    /// Checks of other models, which know no table design and run once; a file that neither they nor the kernel's checks know is skipped.
    /// </param>
    public static VerifyResult Run(string directory, IReadOnlyList<string> designs, TextWriter output, params VectorSuite[] suites) =>
        Run(new DirectoryVectors(directory), designs, output, suites);

    /// <summary>Verifies the vectors that come with the program.</summary>
    /// <param name="designs">Names of <see cref="Designs"/>.</param>
    /// <param name="output">As for the other overload.</param>
    /// <param name="suites">Checks of other models; their assemblies' vectors are verified too.</param>
    public static VerifyResult RunEmbedded(IReadOnlyList<string> designs, TextWriter output, params VectorSuite[] suites) =>
        Run(new EmbeddedVectors([.. suites.Select(suite => suite.Home)]), designs, output, suites);

    private static VerifyResult Run(IVectorSource source, IReadOnlyList<string> designs, TextWriter output, VectorSuite[] suites)
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

        output.WriteLine(total);
        return total;
    }

    private static VerifyResult RunFile<TDesign>(VectorRun run, string file)
        where TDesign : struct, ITableDesign
    {
        var sum = new VerifyResult();
        var notes = new List<string>();
        var unasked = new SortedSet<string>(StringComparer.Ordinal);
        int number = 0;
        foreach (string text in run.Source.ReadLines(file))
        {
            number++;
            VerifyResult line = text.Length == 0 ? new VerifyResult() : RunLine<TDesign>(run, file, number, text, notes, unasked);
            sum += line;
        }

        if (sum != new VerifyResult())
        {
            run.Output.WriteLine($"{TDesign.Name} {file}: {sum}");
        }

        if (unasked.Count > 0)
        {
            run.Output.WriteLine($"  fields that no check asks for: {string.Join(", ", unasked)}");
        }

        foreach (string note in notes.Take(ShownPerFile))
        {
            run.Output.WriteLine("  " + note);
        }

        return sum;
    }

    private static VerifyResult RunLine<TDesign>(
        VectorRun run, string file, int number, string text, List<string> notes, SortedSet<string> unasked)
        where TDesign : struct, ITableDesign
    {
        try
        {
            VectorObject line = VectorObject.Parse(text);
            var comparison = new Comparison(line.Text("id"), line.TextOr("tag", ""));
            VectorCheck? check = CheckCatalog<TDesign>.Find(file, comparison.Id, run.Others);
            bool isOthers = check is not null && run.Others.Contains(check);
            if (isOthers && !run.IsFirst)
            {
                return new VerifyResult();
            }

            Compare(check, line, comparison);
            if (comparison.Agrees && isOthers)
            {
                unasked.UnionWith(line.UnaskedFields());
            }
            else if (comparison.Agrees)
            {
                comparison.Unchecked(line.UnaskedFields());
            }

            if (comparison.Agrees)
            {
                return new VerifyResult(Passed: 1);
            }

            notes.Add($"line {number}: {comparison}");
            return comparison.IsSkipped ? new VerifyResult(Skipped: 1) : new VerifyResult(Failed: 1);
        }
        catch (VectorFormatException e)
        {
            notes.Add($"line {number}: {e.Message}");
            return new VerifyResult(Malformed: 1, Error: $"{file} line {number}: {e.Message}");
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
    private sealed record VectorRun(IVectorSource Source, TextWriter Output, VectorCheck[] Others, bool IsFirst);
}
