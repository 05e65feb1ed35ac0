namespace NatAllocBench.Tests.Repository;

/// <summary>How long a method, a type and a line may be, in every source file of the repository.</summary>
public sealed class SourceShapeTests
{
    private const int MaxMethod = 60;
    private const int MaxType = 400;
    private const int MaxLine = 140;

    /// <summary>
    /// The short path keeps what a flow needs in registers from its first read to its last claim: its loop is one method on purpose.
    /// </summary>
    private static readonly string[] LongMethods = ["src/NatAllocBench.Netfilter/Batching/ConnectPass.cs: Take"];

    // Only files that can break a rule are parsed: those with that many lines, and those with a part of a type.
    private static readonly (string Path, string Text)[] Sources = [.. new[] { "src", "benchmarks", "tests" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Select(file => (Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/'), File.ReadAllText(file)))];

    [Fact]
    public void No_method_is_longer_than_60_lines_but_the_short_path() => Assert.Equal(
        LongMethods,
        Sources.Where(source => Lines(source.Text) > MaxMethod).SelectMany(source => SourceShape.Methods(source.Text)
            .Where(method => method.Lines > MaxMethod)
            .Select(method => $"{source.Path}: {method.Name}")));

    [Fact]
    public void No_type_is_longer_than_400_lines_over_all_its_parts() => Assert.Empty(Sources
        .Where(source => Lines(source.Text) > MaxType || source.Text.Contains(" partial ", StringComparison.Ordinal))
        .SelectMany(source => SourceShape.Types(source.Text).Select(type => (Project: source.Path.Split('/')[1], type.Name, type.Lines)))
        .GroupBy(type => (type.Project, type.Name), type => type.Lines)
        .Where(type => type.Sum() > MaxType)
        .Select(type => $"{type.Key.Name}: {type.Sum()} lines"));

    [Fact]
    public void No_line_of_code_is_longer_than_140_columns() => Assert.Empty(Sources
        .Where(source => source.Text.Split('\n').Any(line => line.Length > MaxLine))
        .SelectMany(source => SourceShape.LongLines(source.Text, MaxLine).Select(line => $"{source.Path}:{line}")));

    private static int Lines(string text) => text.AsSpan().Count('\n');

    [Fact]
    public void A_long_line_is_found_but_not_in_a_raw_string()
    {
        const string Text = """"
            var a = """
                data that is longer than the rest of all this text
                """;
            var b = "short"; // but its comment is not
            """";

        Assert.Equal([4], SourceShape.LongLines(Text, 30));
    }

    [Fact]
    public void A_method_is_measured_from_its_name_to_its_end_and_a_type_by_its_parts()
    {
        const string Text = """
            namespace A;
            class B<T>
            {
                [Fact]
                void M() =>
                    N();

                int P
                {
                    get
                    {
                        return 1;
                    }
                }
            }
            """;

        Assert.Equal([("M", 2), ("get", 4)], SourceShape.Methods(Text));
        Assert.Equal([("A.B`1", 14)], SourceShape.Types(Text));
    }
}
