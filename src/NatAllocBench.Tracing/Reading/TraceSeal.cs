using System.Security.Cryptography;

namespace NatAllocBench.Tracing;

/// <summary>
/// The checksum after the end of a recording of ours: the format has none, and a flipped byte in an event would pass for a measurement.
/// Readers of the format stop at its end and do not see the seal.
/// </summary>
internal static class TraceSeal
{
    private const int Length = 8 + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Mark => "NABSEAL1"u8;

    /// <summary>Seals a file.</summary>
    public static void Append(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        byte[] hash = SHA256.HashData(file);
        file.Write(Mark);
        file.Write(hash);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Whether a recording is as it was sealed; null where it has no seal.</summary>
    /// <param name="file">The recording, read up to the end that the format has.</param>
    public static bool? Holds(FileStream file)
    {
        long end = file.Position;
        if (end == file.Length)
        {
            return null;
        }

        byte[] seal = new byte[Length];
        if (file.Length - end != Length || file.ReadAtLeast(seal, Length, throwOnEndOfStream: false) < Length
            || !seal.AsSpan(0, Mark.Length).SequenceEqual(Mark))
        {
            return false;
        }

        file.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        for (long left = end; left > 0;)
        {
            int read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        return hash.GetHashAndReset().AsSpan().SequenceEqual(seal.AsSpan(Mark.Length));
    }
}
