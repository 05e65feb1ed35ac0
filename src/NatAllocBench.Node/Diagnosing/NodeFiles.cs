using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Destinations;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Rules;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>What the files of one moment say.</summary>
internal sealed class NodeFiles
{
    private readonly List<SourceNatRule> _rules = [];

    /// <summary>The table by a list.</summary>
    public Snapshot? Entries { get; private set; }

    /// <summary>The table by a log of events, as far as it shows connections.</summary>
    public Snapshot? Log { get; private set; }

    /// <summary>What tells which ports are taken: the list, and the log where there is none.</summary>
    public Snapshot? Table => Entries ?? Log;

    public Counters? Counters { get; private set; }

    public IReadOnlyList<SourceNatRule> Rules => _rules;

    public SysctlValues Sysctl { get; } = new();

    public string? Kernel { get; private set; }

    public int? Cpus { get; private set; }

    /// <summary>Remarks about files that tell less than another form would.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Reads files and directories; each file is recognised by its content.</summary>
    public static NodeFiles Read(IEnumerable<string> paths)
    {
        var files = new NodeFiles();
        string[] all = [.. paths.SelectMany(Expand)];
        InputFile[] recognised = [.. all.Select(InputFile.Recognise)];
        bool hasIptables = recognised.Any(file => file.Kind == InputKind.Iptables);
        bool hasCommandCounters = recognised.Any(file => file.Kind == InputKind.CommandCounters);
        bool hasEntries = false;
        foreach (InputFile file in recognised)
        {
            bool isSecondForm = (file.Kind is InputKind.Nft or InputKind.NftJson && hasIptables)
                || (file.Kind == InputKind.ProcCounters && hasCommandCounters)
                || (file.Kind is InputKind.Entries or InputKind.Xml && hasEntries);
            hasEntries |= file.Kind is InputKind.Entries or InputKind.Xml;
            if (isSecondForm)
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
                Entries ??= new Snapshot();
                Stream(file, file.Kind == InputKind.Xml ? Entries.ReadXml : Entries.Read);
                break;
            case InputKind.Events:
                Log ??= new Snapshot();
                Stream(file, Log.Read);
                break;
            case InputKind.CommandCounters:
                string text = file.ReadText();
                Counters = Counters.ReadCommand(text, file.Path);
                Cpus = text.Split('\n').Count(line => line.StartsWith("cpu=", StringComparison.Ordinal));
                break;
            case InputKind.ProcCounters:
                string proc = file.ReadText();
                Counters = Counters.ReadProc(proc, file.Path);
                Cpus = proc.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1;
                break;
            case InputKind.Iptables:
                _rules.AddRange(IptablesReader.Read(file.ReadText(), file.Path));
                break;
            case InputKind.Nft:
                _rules.AddRange(NftReader.Read(file.ReadText(), file.Path));
                break;
            case InputKind.NftJson:
                _rules.AddRange(NftJsonReader.Read(file.ReadText(), file.Path));
                break;
            case InputKind.Sysctl:
                Sysctl.Read(file.ReadText());
                break;
            case InputKind.Kernel:
                Kernel = file.ReadText().Trim();
                break;
            default:
                throw new NodeInputException($"{file.Path}: a capture of packets is for replay; diagnose needs the list (conntrack -L) or "
                    + "a log of events (conntrack -E)");
        }
    }

    private static void Stream(InputFile file, Action<Stream, string> read) => file.Read(stream =>
    {
        read(stream, file.Path);
        return true;
    });
}
