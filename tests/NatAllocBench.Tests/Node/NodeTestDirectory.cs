using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Diagnosing;

namespace NatAllocBench.Tests.Node;

/// <summary>Tests of a diagnosis: a directory of their own for files, and the answer to samples.</summary>
public abstract class NodeTestDirectory : IDisposable
{
    private protected static readonly DiagnoseOptions On618 = new() { Kernel = "6.18.44", KeepAddresses = true };
    private readonly string _directory = Directory.CreateTempSubdirectory("natab-test-").FullName;

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected string PathOf(string name) => Path.Combine(_directory, name);

    private protected string Written(string content, string name = "file")
    {
        string path = PathOf(name);
        File.WriteAllText(path, content);
        return path;
    }

    private protected static string Answer(params string[] samples) => NodeAnswer.Of([.. samples.Select(Sample.Path)], [], On618).Text;
}
