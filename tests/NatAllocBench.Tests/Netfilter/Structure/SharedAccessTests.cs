using System.Text.RegularExpressions;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Netfilter.Structure;

/// <summary>Every shared access of the model goes through <c>ISharedAccess</c>, where an exploration can see it.</summary>
public sealed partial class SharedAccessTests
{
    private static readonly string[] Direct = ["IDirectAccess.cs", "KernelLocksFifo.cs", "TicketLock32.cs"];

    public static TheoryData<string> Folders =>
        [.. Directory.EnumerateDirectories(Path.Combine(RepositoryTests.Root, "src", "NatAllocBench.Netfilter"))
            .Select(path => Path.GetFileName(path)).Where(name => name is not ("bin" or "obj"))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_other_file_touches_shared_memory_by_itself(string folder)
    {
        string[] found = [.. Directory
            .EnumerateFiles(
                Path.Combine(RepositoryTests.Root, "src", "NatAllocBench.Netfilter", folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Direct.Contains(Path.GetFileName(path)))
            .SelectMany(path => File.ReadLines(path).Select((line, i) => (Place: $"{Path.GetFileName(path)}:{i + 1}", Line: line)))
            .Where(at => Access().IsMatch(at.Line.Split("//")[0]))
            .Select(at => $"{at.Place} {at.Line.Trim()}")];

        Assert.Empty(found);
    }

    [Fact]
    public void The_search_finds_accesses_where_they_are_allowed()
    {
        string[] text = [.. Directory
            .EnumerateFiles(Path.Combine(RepositoryTests.Root, "src", "NatAllocBench.Netfilter"), "*.cs", SearchOption.AllDirectories)
            .Where(path => Direct.Contains(Path.GetFileName(path)))
            .Select(File.ReadAllText)];

        Assert.Equal(Direct.Length, text.Length);
        Assert.All(text, content => Assert.Matches(Access(), content));
    }

    [GeneratedRegex(
        @"\b(Volatile|Interlocked)\.|\bMemoryBarrier\b|\bSpinOnce\b|\bThread\.(Sleep|Yield|SpinWait)\b"
        + @"|\b(Spin|Ticket)Lock32\.|\bvolatile\b")]
    private static partial Regex Access();
}
