using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace NatAllocBench.Node.Inputs;

/// <summary>A file whose kind was recognised by its content.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">What it holds.</param>
public sealed partial record InputFile(string Path, InputKind Kind)
{
    private const int HeadBytes = 8_192;

    private static readonly (Regex Form, InputKind Kind)[] Forms =
    [
        (EventForm(), InputKind.Events),
        (EntryForm(), InputKind.Entries),
        (CountersForm(), InputKind.CommandCounters),
        (ProcForm(), InputKind.ProcCounters),
        (IptablesForm(), InputKind.Iptables),
        (NftForm(), InputKind.Nft),
        (NftJsonForm(), InputKind.NftJson),
        (KernelForm(), InputKind.Kernel),
        (SysctlForm(), InputKind.Sysctl),
    ];

    /// <summary>Recognises a file.</summary>
    /// <param name="path">The file; gzip is read through.</param>
    /// <exception cref="NodeInputException">It cannot be read or holds nothing that is known.</exception>
    public static InputFile Recognise(string path)
    {
        byte[] head = Head(path);
        if (head.Length == 0)
        {
            throw new NodeInputException($"{path}: the file is empty; collect it again (diagnose --collect-script prints how)");
        }

        if (IsCapture(head))
        {
            return new InputFile(path, InputKind.Capture);
        }

        if (Array.IndexOf(head, (byte)0) >= 0)
        {
            throw new NodeInputException($"{path}: this is binary, neither text of conntrack, iptables-save, nft or sysctl nor a capture");
        }

        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF');
        foreach (string line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).Take(20))
        {
            if (line.StartsWith("<?xml", StringComparison.Ordinal) && text.Contains("<conntrack>", StringComparison.Ordinal))
            {
                return new InputFile(path, InputKind.Xml);
            }

            if (Forms.FirstOrDefault(form => form.Form.IsMatch(line)) is { Form: not null } known)
            {
                return new InputFile(path, known.Kind);
            }

            if (line.StartsWith('<'))
            {
                throw new NodeInputException($"{path}: this is a web page, '{Quote(line)}'; save the raw text instead");
            }
        }

        throw new NodeInputException(
            $"{path}: not recognised, it begins '{Quote(text.Trim())}'; give conntrack -L, -S or -E, iptables-save -c, nft list ruleset, "
                + "sysctl -a or uname -r");
    }

    /// <summary>Has the content read, unpacked.</summary>
    /// <param name="read">Reads it.</param>
    /// <exception cref="NodeInputException">It is packed, and damaged or cut short after its head.</exception>
    public T Read<T>(Func<Stream, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            using Stream stream = OpenUnpacked(Path);
            return read(stream);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(Path, e);
        }
    }

    /// <summary>The whole content as text.</summary>
    public string ReadText() => Read(stream =>
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });

    /// <summary>At most 60 characters of a text on one line, for a message.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string line = new([.. text.Split('\n')[0].Select(c => char.IsControl(c) ? ' ' : c)]);
        return line.Length <= 60 ? line : line[..60];
    }

    private static byte[] Head(string path)
    {
        try
        {
            using Stream stream = OpenUnpacked(path);
            var head = new byte[HeadBytes];
            int read = stream.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false);
            return head[..read];
        }
        catch (InvalidDataException e)
        {
            throw Damaged(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeInputException($"{path}: {e.Message}");
        }
    }

    private static NodeInputException Damaged(string path, InvalidDataException e) =>
        new($"{path}: this gzip file is damaged, copy it again: {e.Message}");

    private static Stream OpenUnpacked(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        bool isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static bool IsCapture(byte[] head)
    {
        if (head.Length < 4)
        {
            return false;
        }

        uint magic = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(head);
        return magic is 0xA1B2C3D4 or 0xD4C3B2A1 or 0xA1B23C4D or 0x4D3CB2A1 or 0x0A0D0D0A;
    }

    [GeneratedRegex(@"^(\[\d+\.\d+\]\s+)?\[(NEW|UPDATE|DESTROY)\]|\s\[(NEW|UPDATE|DESTROY)\]\s+\w+\s+\d+")]
    private static partial Regex EventForm();

    [GeneratedRegex(@"(^|\s)((ipv4|ipv6)\s+\d+\s+\w+\s+\d+|(tcp|udp|udplite|sctp|dccp|gre|icmp|icmpv6|unknown)\s+\d+)\s.*src=")]
    private static partial Regex EntryForm();

    [GeneratedRegex(@"^cpu=\d+\s")]
    private static partial Regex CountersForm();

    [GeneratedRegex(@"^entries\s+")]
    private static partial Regex ProcForm();

    [GeneratedRegex(@"^# Generated by ip6?tables-save|^\*(nat|raw|mangle|filter|security)$")]
    private static partial Regex IptablesForm();

    [GeneratedRegex(@"^(# Warning: table|table (ip|ip6|inet|bridge|arp|netdev) )")]
    private static partial Regex NftForm();

    [GeneratedRegex(@"^\{\s*""nftables""")]
    private static partial Regex NftJsonForm();

    [GeneratedRegex(@"^\d+\.\d+(\.\d+)?([-+._~]\S*)?$")]
    private static partial Regex KernelForm();

    [GeneratedRegex(@"^(/proc/sys/[\w./-]+\s*[=:]|[\w./-]+\s*=)")]
    private static partial Regex SysctlForm();
}
