using NatAllocBench.Allocators.Systems;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Allocators;

/// <summary>Adding a system is one folder and no change elsewhere.</summary>
public class SystemFolderTests
{
    private const string Project = "src/NatAllocBench.Allocators";

    public static TheoryData<string> Folders =>
    [
        .. typeof(AllocatorCatalog).Assembly.GetTypes()
            .Where(type => type.IsClass && type.GetInterface("IAllocatorFamily") is not null)
            .Select(type => type.Namespace!.Split('.')[^1]),
    ];

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_file_of_the_program_outside_a_systems_folder_names_it(string folder)
    {
        // The findings are experiments with single systems, and may name them.
        string[] places =
            [Project, "benchmarks/NatAllocBench/Commands", "benchmarks/NatAllocBench/Systems", "benchmarks/NatAllocBench/Prices"];
        string own = Path.Combine(RepositoryTests.Root, Project, folder) + Path.DirectorySeparatorChar;
        string generated = Path.Combine(RepositoryTests.Root, Project, "obj") + Path.DirectorySeparatorChar;

        string[] naming =
        [
            .. places.SelectMany(
                place => Directory.EnumerateFiles(Path.Combine(RepositoryTests.Root, place), "*.cs", SearchOption.AllDirectories))
                .Where(file => !file.StartsWith(own, StringComparison.Ordinal) && !file.StartsWith(generated, StringComparison.Ordinal))
                .Where(file => File.ReadAllText(file).Contains($"NatAllocBench.Allocators.{folder}", StringComparison.Ordinal)),
        ];

        Assert.Empty(naming);
    }
}
