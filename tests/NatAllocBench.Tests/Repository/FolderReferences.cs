using System.Reflection;
using System.Text.RegularExpressions;

namespace NatAllocBench.Tests.Repository;

/// <summary>
/// Which folder of a project uses a type of which other one: by the compiled assembly (bases, signatures, code), and by the source for what
/// the compiler leaves no trace of, constants and names of enumerations.
/// </summary>
internal sealed partial class FolderReferences
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private readonly string _directory;
    private readonly Assembly _assembly;
    private readonly Dictionary<(string Namespace, string Name), string> _folderOf = [];
    private readonly SortedDictionary<(string From, string To), string> _places = [];

    private FolderReferences(string directory)
    {
        _directory = directory;
        _assembly = Assembly.Load(Path.GetFileName(directory));
        (string Folder, string Text)[] files = [.. Files().Select(path => (FolderOf(path), Strip(File.ReadAllText(path))))];
        foreach ((string folder, string text) in files)
        {
            string space = NamespaceLine().Match(text).Groups[1].Value;
            foreach (Match type in TypeLine().Matches(text))
            {
                _folderOf.TryAdd((space, type.Groups[1].Value), folder);
            }
        }

        ReadAssembly();
        ReadSources(files);
    }

    /// <summary>The references, each with the first place that makes it.</summary>
    public IReadOnlyDictionary<(string From, string To), string> Places => _places;

    public IReadOnlyList<string> Folders => [.. Files().Select(FolderOf).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The references of a project.</summary>
    /// <param name="project">Path of its folder below the root.</param>
    public static FolderReferences Of(string project) => new(Path.Combine(RepositoryTests.Root, project));

    /// <summary>Groups of folders that refer to each other in a circle, the names of a group joined by commas.</summary>
    public IReadOnlyList<string> Circles() => [.. Folders
        .Select(folder => string.Join(",", Reach(folder)
            .Where(other => other == folder || Reach(other).Contains(folder))
            .Append(folder)
            .Distinct()
            .Order(StringComparer.Ordinal)))
        .Where(group => group.Contains(',', StringComparison.Ordinal))
        .Distinct()];

    /// <summary>The folders by floor, the highest first: a folder refers to lower floors only. Needs a project without circles.</summary>
    public IReadOnlyList<string> Floors() => FloorsOf(Folders, folder => _places.Keys.Where(at => at.From == folder).Select(at => at.To));

    /// <summary>Names by floor, the highest first.</summary>
    /// <param name="names">The names.</param>
    /// <param name="below">What a name refers to.</param>
    public static IReadOnlyList<string> FloorsOf(IEnumerable<string> names, Func<string, IEnumerable<string>> below)
    {
        Dictionary<string, int> floors = [];
        int FloorOf(string name) => floors.TryGetValue(name, out int known)
            ? known
            : floors[name] = below(name).Select(to => FloorOf(to) + 1).DefaultIfEmpty(0).Max();
        return [.. names.GroupBy(FloorOf).OrderByDescending(floor => floor.Key).Select(floor => string.Join("   ", floor))];
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

    private void ReadAssembly()
    {
        foreach (Type type in _assembly.GetTypes())
        {
            Type[] parts = [.. type.GetInterfaces(), .. Bound(type.GetGenericArguments()), type.BaseType ?? typeof(object)];
            Array.ForEach(parts, part => Note(type, part, type.Name));
            NoteAttributes(type, type);
            foreach (FieldInfo field in type.GetFields(Own))
            {
                Note(type, field.FieldType, field.Name);
                NoteAttributes(type, field);
            }

            foreach (MethodBase method in type.GetMethods(Own).Concat<MethodBase>(type.GetConstructors(Own)))
            {
                ReadMethod(type, method);
            }
        }
    }

    private void ReadMethod(Type type, MethodBase method)
    {
        IEnumerable<Type?> signature = method.GetParameters().Select(parameter => parameter.ParameterType)
            .Concat(method is MethodInfo info ? [info.ReturnType, .. Bound(info.GetGenericArguments())] : [])
            .Concat(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []);
        foreach (Type? part in signature)
        {
            Note(type, part, method.Name);
        }

        NoteAttributes(type, method);
        foreach (MemberInfo member in MemberTokens.Of(method))
        {
            Note(type, member as Type ?? member.DeclaringType, method.Name);
            if (member is MethodInfo { IsGenericMethod: true } generic)
            {
                Array.ForEach(generic.GetGenericArguments(), argument => Note(type, argument, method.Name));
            }
        }
    }

    private void NoteAttributes(Type user, MemberInfo member)
    {
        foreach (CustomAttributeData attribute in member.CustomAttributes)
        {
            Note(user, attribute.AttributeType, member.Name);
            foreach (CustomAttributeTypedArgument argument in attribute.ConstructorArguments)
            {
                Note(user, argument.Value as Type ?? argument.ArgumentType, member.Name);
            }
        }
    }

    private void Note(Type user, Type? used, string place)
    {
        while (used is { HasElementType: true })
        {
            used = used.GetElementType();
        }

        if (used is null || used.IsGenericParameter)
        {
            return;
        }

        Array.ForEach(used.IsGenericType ? used.GetGenericArguments() : [], argument => Note(user, argument, place));
        if (used.Assembly == _assembly && FolderOf(user) is { } from && FolderOf(used) is { } to && from != to)
        {
            _places.TryAdd((from, to), $"{user.Name}.{place} {used.Name}");
        }
    }

    /// <summary>Constants and enumerations: their names are in the source alone.</summary>
    private void ReadSources((string Folder, string Text)[] files)
    {
        ILookup<string, string> constants = _assembly.GetTypes()
            .Where(type => !type.IsNested && type.GetFields(Own).Any(field => field.IsLiteral))
            .Where(type => FolderOf(type) is not null)
            .ToLookup(NameOf, type => FolderOf(type)!);
        foreach ((string folder, string text) in files)
        {
            foreach (Match name in NameBeforeDot().Matches(text))
            {
                foreach (string to in constants[name.Groups[1].Value].Where(to => to != folder))
                {
                    _places.TryAdd((folder, to), $"{name.Value} in {folder}");
                }
            }
        }
    }

    private string? FolderOf(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return _folderOf.GetValueOrDefault((type.Namespace ?? "", NameOf(type)));
    }

    private IEnumerable<string> Files() => Directory
        .EnumerateFiles(_directory, "*.cs", SearchOption.AllDirectories)
        .Where(path => FolderOf(path) is not ("bin" or "obj"));

    private string FolderOf(string path)
    {
        string[] parts = Path.GetRelativePath(_directory, path).Split(Path.DirectorySeparatorChar);
        return parts.Length == 1 ? "." : parts[0];
    }

    private static IEnumerable<Type> Bound(Type[] parameters) =>
        parameters.Where(parameter => parameter.IsGenericParameter).SelectMany(parameter => parameter.GetGenericParameterConstraints());

    private static string NameOf(Type type) => type.Name.Split('`')[0];

    private static string Strip(string text) => CommentOrString().Replace(text, " ");

    [GeneratedRegex(@"//[^\n]*|""(\\.|[^""\\\n])*""")]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(
        @"^(?:\w+ )*(?:class|struct|interface|enum|record|delegate [\w<>\[\]?*.]+)\s+(?:struct |class )?(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"(?<![\w.])(\w+)(?:<[^;{}()]*?>)?\s*\.")]
    private static partial Regex NameBeforeDot();
}
