using NatAllocBench.Netfilter.Table;
using NatAllocBench.Verification;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Tests.Verification;

/// <summary>
/// The verifier on made-up faults. Every vector is verified on <see cref="KernelLocks"/> by <see cref="Allocators.PlantedSystemTests"/> and
/// on <see cref="LockFree"/> by <see cref="CommandLine.VerifyCommandTests"/>.
/// </summary>
public sealed class VectorVerifierTests : IDisposable
{
    /// <summary>Every line of the kernel's vectors.</summary>
    internal static int KernelLines => Directory.EnumerateFiles(VectorDirectory, "*.jsonl")
        .Sum(path => File.ReadLines(path).Count(line => line.Length > 0));

    private static readonly string VectorDirectory = Path.Combine(AppContext.BaseDirectory, "Vectors");
    private readonly string _directory = Directory.CreateTempSubdirectory("vectors").FullName;
    private readonly StringWriter _output = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Embedded_vectors_are_the_files_of_the_tests()
    {
        var embedded = new EmbeddedVectors();
        var directory = new DirectoryVectors(VectorDirectory);

        Assert.Equal(directory.FileNames(), embedded.FileNames());
        Assert.All(directory.FileNames(), file => Assert.Equal(directory.ReadLines(file), embedded.ReadLines(file)));
    }

    [Theory]
    [InlineData("unique_tuple_linux-6.12.jsonl", "\"probes\":", "probes")]
    [InlineData("unique_tuple_linux-4.14.jsonl", "\"draws\":", "draws")]
    [InlineData("get_unique_tuple_linux-5.10.jsonl", "\"found\":", "found")]
    [InlineData("sequences_linux-6.1.jsonl", "\"insert_failed\":", "insert_failed")]
    [InlineData("reciprocal_scale.jsonl", "\"result\":", "result")]
    public void Wrong_expectation_fails_its_line_and_says_which_field(string file, string key, string field)
    {
        string[] lines = [.. File.ReadLines(Path.Combine(VectorDirectory, file)).Take(3)];
        lines[1] = lines[1].Replace(key, key + "1", StringComparison.Ordinal);
        File.WriteAllLines(Path.Combine(_directory, file), lines);

        VerifyResult result = VectorVerifier.Run(_directory, [KernelLocks.Name], _output.WriteLine);

        Assert.Equal(new VerifyResult(2, 1), result);
        Assert.Equal(1, result.ExitCode);
        string id = System.Text.Json.JsonElement.Parse(lines[1]).GetProperty("id").GetString()!;
        Assert.Matches($"  line 2: {id}.*: {field} expected 1[0-9]+, got [0-9]+", _output.ToString());
        Assert.EndsWith($"2 passed, 1 failed{Environment.NewLine}", _output.ToString());
    }

    [Theory]
    [InlineData("{\"id\":\"rs-1\",", "not JSON")]
    [InlineData("[1,2]", "the line is not a JSON object")]
    [InlineData("{\"id\":\"rs-1\",\"value\":1,\"range\":2}", "'result' is missing")]
    [InlineData("{\"id\":\"rs-1\",\"value\":-1,\"range\":2,\"result\":0}", "'value' is not a number from 0 to 4294967295")]
    [InlineData("{\"value\":1}", "'id' is missing")]
    public void Malformed_line_is_named_by_file_and_number(string line, string complaint)
    {
        File.WriteAllLines(
            Path.Combine(_directory, "reciprocal_scale.jsonl"), ["{\"id\":\"rs-0\",\"value\":0,\"range\":3,\"result\":0}", line]);

        VerifyResult result = VectorVerifier.Run(_directory, [KernelLocks.Name], _output.WriteLine);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"reciprocal_scale.jsonl line 2: {complaint}", result.Error);
        Assert.DoesNotContain('\n', result.Error!);
    }

    [Fact]
    public void Lines_after_a_malformed_one_and_files_after_its_file_are_verified_and_summed()
    {
        const string Sound = "{\"id\":\"rs-0\",\"value\":0,\"range\":3,\"result\":0}";
        const string Wrong = "{\"id\":\"rs-1\",\"value\":0,\"range\":3,\"result\":1}";
        File.WriteAllLines(Path.Combine(_directory, "reciprocal_scale.a.jsonl"), [Sound, "{", Sound, "[]"]);
        File.WriteAllLines(Path.Combine(_directory, "reciprocal_scale.b.jsonl"), [Sound, "", Wrong]);

        VerifyResult result = VectorVerifier.Run(_directory, [KernelLocks.Name], _output.WriteLine);

        Assert.Equal((3, 1, 0, 2, 2), (result.Passed, result.Failed, result.Skipped, result.Malformed, result.ExitCode));
        Assert.StartsWith("reciprocal_scale.a.jsonl line 2: not JSON", result.Error);
        string[] output = _output.ToString().Split(Environment.NewLine);
        Assert.Equal("kernel-locks reciprocal_scale.a.jsonl: 2 passed, 0 failed, 2 malformed", output[0]);
        Assert.StartsWith("  line 2: not JSON", output[1]);
        Assert.StartsWith("  line 4: the line is not a JSON object", output[2]);
        Assert.StartsWith("  line 3: rs-1: result expected 1, got 0", output[4]);
        Assert.Equal("3 passed, 1 failed, 2 malformed", output[5]);
    }

    [Theory]
    [InlineData("{\"id\":\"rs-0\",\"value\":0,\"range\":3,\"result\":0,\"colour\":1}", "unknown field 'colour', not checked")]
    [InlineData("{\"id\":\"rs-0\",\"value\":0,\"range\":3,\"result\":0,\"out\":{\"x\":2}}", "unknown field 'out', not checked")]
    public void A_field_that_no_check_asks_for_fails_its_line(string line, string complaint)
    {
        File.WriteAllText(Path.Combine(_directory, "reciprocal_scale.jsonl"), line);

        Assert.Equal(new VerifyResult(Failed: 1), VectorVerifier.Run(_directory, [KernelLocks.Name], _output.WriteLine));
        Assert.Contains(complaint, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_field_inside_an_answer_is_named_by_its_path()
    {
        const string File1 = "unique_tuple_linux-6.12.jsonl";
        string line = File.ReadLines(Path.Combine(VectorDirectory, File1)).First();
        File.WriteAllText(
            Path.Combine(_directory, File1), line.Replace("\"probes\":", "\"steps\":1,\"probes\":", StringComparison.Ordinal));

        Assert.Equal(1, VectorVerifier.Run(_directory, [LockFree.Name], _output.WriteLine).Failed);
        Assert.Contains("unknown field 'out.steps'", _output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The program prints one line for what it knows, and a stack trace for what hides it.</summary>
    [Fact]
    public void A_table_that_contradicts_itself_is_reported_as_what_it_is()
    {
        File.WriteAllLines(Path.Combine(_directory, "broken.jsonl"), Enumerable.Range(0, 40).Select(i => $"{{\"id\":\"broken-{i}\"}}"));
        var broken = new VectorSuite(
            [new VectorCheck("broken", "broken-", (_, _) => throw new TableCorruptException("a chain has a circle"))], GetType().Assembly);

        var thrown =
            Assert.Throws<TableCorruptException>(() => VectorVerifier.Run(_directory, [KernelLocks.Name], _output.WriteLine, broken));
        Assert.Equal("a chain has a circle", thrown.Message);
    }

    [Fact]
    public void Missing_directory_is_an_error_that_names_it()
    {
        string missing = Path.Combine(_directory, "none");

        VerifyResult result = VectorVerifier.Run(missing, [KernelLocks.Name], _output.WriteLine);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(missing, result.Error);
    }

    [Fact]
    public void Directory_without_vector_files_is_an_error() =>
        Assert.Equal(2, VectorVerifier.Run(_directory, [KernelLocks.Name], _output.WriteLine).ExitCode);

    [Fact]
    public void Line_of_an_unknown_kernel_tree_is_skipped_and_named()
    {
        string line = File.ReadLines(Path.Combine(VectorDirectory, "hash_conntrack.jsonl")).First();
        File.WriteAllText(
            Path.Combine(_directory, "hash_conntrack.jsonl"), line.Replace("linux-6.1\"", "linux-9.9\"", StringComparison.Ordinal));

        VerifyResult result = VectorVerifier.Run(_directory, [KernelLocks.Name], _output.WriteLine);

        Assert.Equal(new VerifyResult(Skipped: 1), result);
        Assert.Contains("skipped: unknown kernel tree 'linux-9.9'", _output.ToString());
    }
}
