using NatAllocBench.Netfilter.Table;
using NatAllocBench.Verification;
using NatAllocBench.Verification.Reading;
using Xunit.Abstractions;

namespace NatAllocBench.Tests.Verification;

public sealed class VectorVerifierTests(ITestOutputHelper log) : IDisposable
{
    private static readonly string VectorDirectory = Path.Combine(AppContext.BaseDirectory, "Vectors");
    private readonly string _directory = Directory.CreateTempSubdirectory("vectors").FullName;
    private readonly StringWriter _output = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Model_gives_the_kernels_answer_to_every_vector() => AssertAllPass(VectorVerifier.Run(VectorDirectory, _output));

    [Fact]
    public void Lock_free_design_gives_the_kernels_answer_to_every_vector() =>
        AssertAllPass(VectorVerifier.Run<LockFree>(VectorDirectory, _output));

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

        VerifyResult result = VectorVerifier.Run(_directory, _output);

        Assert.Equal(new VerifyResult(2, 1, 0, null), result);
        Assert.Equal(1, result.ExitCode);
        string id = System.Text.Json.JsonElement.Parse(lines[1]).GetProperty("id").GetString()!;
        Assert.Matches($"  {id}.*: {field} expected 1[0-9]+, got [0-9]+", _output.ToString());
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

        VerifyResult result = VectorVerifier.Run(_directory, _output);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"reciprocal_scale.jsonl line 2: {complaint}", result.Error);
        Assert.DoesNotContain('\n', result.Error!);
    }

    [Fact]
    public void Missing_directory_is_an_error_that_names_it()
    {
        string missing = Path.Combine(_directory, "none");

        VerifyResult result = VectorVerifier.Run(missing, _output);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(missing, result.Error);
    }

    [Fact]
    public void Directory_without_vector_files_is_an_error() =>
        Assert.Equal(2, VectorVerifier.Run(_directory, _output).ExitCode);

    [Fact]
    public void Line_of_an_unknown_kernel_tree_is_skipped_and_named()
    {
        string line = File.ReadLines(Path.Combine(VectorDirectory, "hash_conntrack.jsonl")).First();
        File.WriteAllText(
            Path.Combine(_directory, "hash_conntrack.jsonl"), line.Replace("linux-6.1\"", "linux-9.9\"", StringComparison.Ordinal));

        VerifyResult result = VectorVerifier.Run(_directory, _output);

        Assert.Equal(new VerifyResult(0, 0, 1, null), result);
        Assert.Contains("skipped: unknown kernel tree 'linux-9.9'", _output.ToString());
    }

    private void AssertAllPass(VerifyResult result)
    {
        log.WriteLine(_output.ToString());
        int lines = Directory.EnumerateFiles(VectorDirectory, "*.jsonl").Sum(path => File.ReadLines(path).Count(line => line.Length > 0));
        Assert.Equal(new VerifyResult(lines, 0, 0, null), result);
        Assert.EndsWith($"{lines} passed, 0 failed{Environment.NewLine}", _output.ToString());
    }
}
