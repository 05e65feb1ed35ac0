using NatAllocBench.Netfilter.Table;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification;

/// <summary>
/// Runs the model on kernel vectors: inputs with the answers that the kernel's own C code gave, one JSON object a line. Every field
/// of an answer must agree.
/// </summary>
public static class VectorVerifier
{
    /// <summary>Failing lines shown of one file; the rest are only counted.</summary>
    private const int ShownPerFile = 10;

    /// <summary>Verifies the <c>*.jsonl</c> and <c>*.jsonl.gz</c> files of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="output">Receives a line per file, the first failing lines of each, and the sum.</param>
    /// <param name="suites">Checks of other models; a file that neither they nor the kernel's checks know is skipped.</param>
    public static VerifyResult Run(string directory, TextWriter output, params VectorSuite[] suites) =>
        Run<KernelLocks>(directory, output, suites);

    /// <summary>Verifies the vector files of a directory on a table of another design.</summary>
    /// <typeparam name="TDesign">How entries are inserted and removed.</typeparam>
    /// <param name="directory">The directory.</param>
    /// <param name="output">As for the other overload.</param>
    /// <param name="suites">As for the other overload.</param>
    public static VerifyResult Run<TDesign>(string directory, TextWriter output, params VectorSuite[] suites)
        where TDesign : struct, ITableDesign => Run<TDesign>(new DirectoryVectors(directory), output, suites);

    /// <summary>Verifies the vectors that come with the program.</summary>
    /// <param name="output">As for the other overload.</param>
    /// <param name="suites">Checks of other models; their assemblies' vectors are verified too.</param>
    public static VerifyResult RunEmbedded(TextWriter output, params VectorSuite[] suites) =>
        Run<KernelLocks>(new EmbeddedVectors([.. suites.Select(suite => suite.Home)]), output, suites);

    private static VerifyResult Run<TDesign>(IVectorSource source, TextWriter output, VectorSuite[] suites)
        where TDesign : struct, ITableDesign
    {
        var total = new Tally();
        VectorCheck[] checks = [.. suites.SelectMany(suite => suite.Checks)];
        try
        {
            foreach (string file in source.FileNames())
            {
                total.Add(RunFile<TDesign>(source, file, output, checks));
            }
        }
        catch (VectorFormatException e)
        {
            return new VerifyResult(total.Passed, total.Failed, total.Skipped, e.Message);
        }

        output.WriteLine(total);
        return new VerifyResult(total.Passed, total.Failed, total.Skipped, null);
    }

    private static Tally RunFile<TDesign>(IVectorSource source, string file, TextWriter output, VectorCheck[] checks)
        where TDesign : struct, ITableDesign
    {
        var tally = new Tally();
        var notes = new List<string>();
        int number = 0;
        foreach (string text in source.ReadLines(file))
        {
            number++;
            if (text.Length == 0)
            {
                continue;
            }

            try
            {
                Comparison comparison = RunLine<TDesign>(file, VectorObject.Parse(text), checks);
                tally.Count(comparison);
                if (!comparison.Agrees && notes.Count < ShownPerFile)
                {
                    notes.Add($"  {comparison}");
                }
            }
            catch (VectorFormatException e)
            {
                throw new VectorFormatException($"{file} line {number}: {e.Message}");
            }
        }

        output.WriteLine($"{file}: {tally}");
        notes.ForEach(output.WriteLine);
        return tally;
    }

    private static Comparison RunLine<TDesign>(string file, VectorObject line, VectorCheck[] checks)
        where TDesign : struct, ITableDesign
    {
        var comparison = new Comparison(line.Text("id"), line.TextOr("tag", ""));
        if (CheckCatalog<TDesign>.Find(file, comparison.Id, checks) is { } check)
        {
            check(line, comparison);
        }
        else
        {
            comparison.Skip("no check for this kind of file");
        }

        return comparison;
    }

    private sealed class Tally
    {
        public int Passed { get; private set; }

        public int Failed { get; private set; }

        public int Skipped { get; private set; }

        public void Count(Comparison comparison)
        {
            Passed += comparison.Agrees ? 1 : 0;
            Skipped += comparison.IsSkipped ? 1 : 0;
            Failed += comparison.Agrees || comparison.IsSkipped ? 0 : 1;
        }

        public void Add(Tally other)
        {
            Passed += other.Passed;
            Failed += other.Failed;
            Skipped += other.Skipped;
        }

        public override string ToString() =>
            Skipped == 0 ? $"{Passed} passed, {Failed} failed" : $"{Passed} passed, {Failed} failed, {Skipped} skipped";
    }
}
