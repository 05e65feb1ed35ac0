using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Destinations;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Rules;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>What the files of one moment say.</summary>
internal sealed class NodeFiles
{
    /// <summary>Connections come and go between two readings; lists of different parts share none.</summary>
    private const double MostShared = 0.5;

    private readonly List<SourceNatRule> _rules = [];

    /// <summary>The table by its lists.</summary>
    public Snapshot? Entries { get; private set; }

    /// <summary>The table by a log of events, as far as it shows connections.</summary>
    public Snapshot? Log { get; private set; }

    /// <summary>What tells which ports are taken: the list, and the log where there is none.</summary>
    public Snapshot? Table => Entries ?? Log;

    public Counters? Counters { get; private set; }

    public IReadOnlyList<SourceNatRule> Rules => _rules;

    public SysctlValues Sysctl { get; } = new();

    public string? Kernel { get; private set; }

    public int? Cpus => Counters?.Cpus;

    /// <summary>Remarks about files that tell less than another form would.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Reads files and directories; each file is recognised by its content.</summary>
    public static NodeFiles Read(IEnumerable<string> paths)
    {
        var files = new NodeFiles();
        string[] all = [.. paths.SelectMany(Expand)];

        // The form that tells most comes first.
        InputFile[] recognised = [.. all.Select(InputFile.Recognise).OrderBy(file => file.Kind)];
        bool hasCommandCounters = recognised.Any(file => file.Kind == InputKind.CommandCounters);
        foreach (InputFile file in recognised)
        {
            if (file.Kind == InputKind.ProcCounters && hasCommandCounters)
            {
                files.Remarks.Add($"{Path.GetFileName(file.Path)}: left out, another file tells the same");
                continue;
            }

            files.Take(file);
        }

        return files;
    }

    private static IEnumerable<string> Expand(string path)
    {
        if (Directory.Exists(path))
        {
            string[] files = [.. Directory.EnumerateFiles(path).Where(file =>
                !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)];
            return files.Length > 0 ? files : throw new NodeInputException($"{path}: the directory has no files; collect with diagnose "
                + $"--collect {path}");
        }

        return File.Exists(path) ? [path] : throw new NodeInputException($"{path}: there is no such file or directory");
    }

    private void Take(InputFile file)
    {
        switch (file.Kind)
        {
            case InputKind.Entries or InputKind.Xml:
                AddList(file);
                break;
            case InputKind.Events:
                Log ??= new Snapshot();
                Stream(file, Log.Read);
                break;
            case InputKind.CommandCounters:
                RefuseSecond(Counters, file, "counters");
                Counters = Counters.ReadCommand(file.ReadText(), file.Path);
                break;
            case InputKind.ProcCounters:
                RefuseSecond(Counters, file, "counters");
                Counters = Counters.ReadProc(file.ReadText(), file.Path);
                break;
            case InputKind.Iptables:
                _rules.AddRange(IptablesReader.Read(file.ReadText(), file.Path));
                break;
            case InputKind.Nft:
                AddTables(NftReader.Read(file.ReadText(), file.Path), file);
                break;
            case InputKind.NftJson:
                AddTables(NftJsonReader.Read(file.ReadText(), file.Path), file);
                break;
            case InputKind.Sysctl:
                Sysctl.Read(file.ReadText());
                break;
            case InputKind.Kernel:
                RefuseSecond(Kernel, file, "a kernel release");
                Kernel = file.ReadText().Trim();
                break;
            default:
                throw new NodeInputException($"{file.Path}: a capture of packets is for replay; diagnose needs the list (conntrack -L) or "
                    + "a log of events (conntrack -E)");
        }
    }

    private static void RefuseSecond(object? first, InputFile file, string what)
    {
        if (first is not null)
        {
            throw new NodeInputException($"{file.Path}: another file has {what}, too: two hosts or two moments; give the files of one "
                + "moment, those of an earlier one with --before");
        }
    }

    /// <summary>Lists of families or zones are parts of one table; a list in a second form has the connections of the first.</summary>
    private void AddList(InputFile file)
    {
        var list = new Snapshot();
        Stream(file, file.Kind == InputKind.Xml ? list.ReadXml : list.Read);
        if (Entries is null)
        {
            Entries = list;
        }
        else if (list.ShareIn(Entries) > MostShared)
        {
            Remarks.Add($"{Path.GetFileName(file.Path)}: left out, another list has the same connections");
        }
        else
        {
            Entries.Add(list);
        }
    }

    /// <summary>A table whose rules an earlier file has is left out: that of iptables-nft, or the JSON of a text.</summary>
    private void AddTables(IReadOnlyList<SourceNatRule> rules, InputFile file)
    {
        SourceNatRule[] known = [.. _rules];
        foreach (IGrouping<string, SourceNatRule> table in rules.GroupBy(rule => rule.Table))
        {
            if (table.All(rule => known.Any(other => other.TellsAllOf(rule))))
            {
                Remarks.Add($"{Path.GetFileName(file.Path)}: table {table.Key} left out, another file has the same rules");
            }
            else
            {
                _rules.AddRange(table);
            }
        }
    }

    private static void Stream(InputFile file, Action<Stream, string> read) => file.Read(stream =>
    {
        read(stream, file.Path);
        return true;
    });
}
