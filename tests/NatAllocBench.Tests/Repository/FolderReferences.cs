using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NatAllocBench.Tests.Repository;

/// <summary>Which folder of a project names a type or member of which other one, as the compiler binds the names.</summary>
internal sealed class FolderReferences
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;"
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks; global using Xunit;";

    private static readonly MetadataReference[] Assemblies = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Select(path => MetadataReference.CreateFromFile(path))];

    private readonly string _directory;
    private readonly SortedDictionary<(string From, string To), string> _places = [];

    private FolderReferences(string directory)
    {
        _directory = directory;
        Read();
    }

    /// <summary>The references, each with the first place that makes it.</summary>
    public IReadOnlyDictionary<(string From, string To), string> Places => _places;

    public IReadOnlyList<string> Folders => [.. Files().Select(FolderOf).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The references of a project.</summary>
    /// <param name="project">Path of its folder below the root.</param>
    public static FolderReferences Of(string project) => new(Path.Combine(RepositoryTests.Root, project));

    /// <summary>Groups of folders that refer to each other in a circle, the names of a group joined by commas.</summary>
    public IReadOnlyList<string> Circles() => [.. Folders
        .Select(folder => string.Join(",", Reach(folder).Where(other => other == folder || Reach(other).Contains(folder)).Append(folder).Distinct()
            .Order(StringComparer.Ordinal)))
        .Where(group => group.Contains(',', StringComparison.Ordinal))
        .Distinct()];

    /// <summary>The folders by floor: a folder refers to lower floors only. Needs a project without circles.</summary>
    public IReadOnlyList<string> Floors()
    {
        Dictionary<string, int> floors = [];
        int FloorOf(string folder) => floors.TryGetValue(folder, out int known)
            ? known
            : floors[folder] = _places.Keys.Where(at => at.From == folder).Select(at => FloorOf(at.To) + 1).DefaultIfEmpty(0).Max();
        return [.. Folders.GroupBy(FloorOf).OrderByDescending(floor => floor.Key).Select(floor => string.Join("   ", floor))];
    }

    private HashSet<string> Reach(string folder)
    {
        HashSet<string> reached = [];
        Queue<string> open = new([folder]);
        while (open.TryDequeue(out string? from))
        {
            foreach ((string _, string to) in _places.Keys.Where(at => at.From == from && reached.Add(at.To)))
            {
                open.Enqueue(to);
            }
        }

        return reached;
    }

    private void Read()
    {
        string name = Path.GetFileName(_directory);
        CSharpParseOptions options = new(LanguageVersion.Preview);
        SyntaxTree[] trees = [.. Files().Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, path))];
        var compilation = CSharpCompilation.Create(
            name,
            [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings, options)],
            Assemblies.Where(assembly => Path.GetFileNameWithoutExtension(assembly.Display) != name),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        foreach (SyntaxTree tree in trees)
        {
            Read(compilation, tree);
        }
    }

    private void Read(CSharpCompilation compilation, SyntaxTree tree)
    {
        SemanticModel model = compilation.GetSemanticModel(tree);
        string from = FolderOf(tree.FilePath);
        foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
            INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            string? declared = type?.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath;
            if (!string.IsNullOrEmpty(declared) && FolderOf(declared) != from)
            {
                string place = $"{Path.GetFileName(tree.FilePath)}:{name.GetLocation().GetLineSpan().StartLinePosition.Line + 1} {name}";
                _places.TryAdd((from, FolderOf(declared)), place);
            }
        }
    }

    private IEnumerable<string> Files() => Directory
        .EnumerateFiles(_directory, "*.cs", SearchOption.AllDirectories)
        .Where(path => FolderOf(path) is not ("bin" or "obj"));

    private string FolderOf(string path)
    {
        string[] parts = Path.GetRelativePath(_directory, path).Split(Path.DirectorySeparatorChar);
        return parts.Length == 1 ? "." : parts[0];
    }
}
