using System.Text;

namespace NatAllocBench.Tracing;

/// <summary>
/// Walks over the blocks of a .nettrace file without looking into them: a file that was cut shows exactly, and the parser never gets a
/// block that claims to be longer than the file, for which it would ask the memory.
/// </summary>
internal static class TraceStructure
{
    private const string Serialization = "!FastSerialization.1";
    private const byte NullReference = 1;
    private const byte BeginObject = 5;
    private const byte EndObject = 6;
    private const int LongestName = 64;

    /// <summary>Length of the object <c>Trace</c>: a date, the clock, the pointer size, the process and the machine.</summary>
    private const int TraceLength = 48;

    private static ReadOnlySpan<byte> Magic => "Nettrace"u8;

    /// <summary>Whether the file begins like a trace.</summary>
    public static bool BeginsLikeATrace(Stream file)
    {
        Span<byte> head = stackalloc byte[Magic.Length];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(Magic);
    }

    /// <summary>Whether all blocks are there to the end that the format has. The stream is positioned after the magic.</summary>
    public static bool IsWhole(Stream file)
    {
        using var reader = new BinaryReader(file, Encoding.ASCII, leaveOpen: true);
        try
        {
            if (ReadName(reader) != Serialization)
            {
                return false;
            }

            while (reader.ReadByte() is var tag && tag != NullReference)
            {
                if (tag != BeginObject || !SkipObject(reader))
                {
                    return false;
                }
            }

            return true;
        }
        catch (EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>An object: its type, which is an object itself, and its content.</summary>
    private static bool SkipObject(BinaryReader reader)
    {
        if (reader.ReadByte() != BeginObject || reader.ReadByte() != NullReference)
        {
            return false;
        }

        _ = reader.ReadInt64(); // version, and the oldest reader that understands it
        string? name = ReadName(reader);
        if (reader.ReadByte() != EndObject)
        {
            return false;
        }

        long length = TraceLength;
        if (name != "Trace")
        {
            length = reader.ReadInt32();
            long padding = -reader.BaseStream.Position & 3;
            length = length < 0 ? -1 : length + padding;
        }

        if (length < 0 || length >= reader.BaseStream.Length - reader.BaseStream.Position)
        {
            return false;
        }

        reader.BaseStream.Position += length;
        return reader.ReadByte() == EndObject;
    }

    private static string? ReadName(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        return length is > 0 and <= LongestName ? Encoding.ASCII.GetString(reader.ReadBytes(length)) : null;
    }
}
