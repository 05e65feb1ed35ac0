using System.Globalization;

namespace NatAllocBench.Results.Files;

/// <summary>
/// Writes files whole or not at all: a temporary file beside the target, then a rename. A link is followed. A target that exists and is no
/// regular file, such as a device or a pipe, is written into and never replaced.
/// </summary>
public static class AtomicFile
{
    /// <summary>Replaces a file, or leaves it untouched.</summary>
    /// <param name="path">The target; its directory must exist.</param>
    /// <param name="content">The new content.</param>
    /// <exception cref="ResultsWriteException">The target cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        byte[] bytes = content.ToArray();
        Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Replaces a file by what a writer makes, or leaves it untouched.</summary>
    /// <param name="path">The target; its directory must exist.</param>
    /// <param name="write">Writes the new content.</param>
    /// <exception cref="ResultsWriteException">The target cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            if (FileKind.IsSpecial(path))
            {
                using FileStream device = OpenSpecial(path);
                write(device);
                return;
            }

            string temporary = Temporary(path);
            try
            {
                using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }

                File.Move(temporary, FileKind.Target(path), overwrite: true);
            }
            finally
            {
                // Gone already when the move succeeded.
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>A name for what is written before a file gets its name.</summary>
    /// <param name="path">The target.</param>
    /// <returns>
    /// A file beside the target, or where that is no regular file in the directory for temporary files. <see cref="Leftovers"/> knows it.
    /// </returns>
    public static string Temporary(string path) => Leftovers.Mark(
        FileKind.IsSpecial(path) ? Path.Combine(Path.GetTempPath(), "natallocbench.") : $"{FileKind.Target(path)}.") + ".tmp";

    /// <summary>Gives a finished temporary file its name; the content goes into a target that is no regular file.</summary>
    /// <param name="temporary">A file that <see cref="Temporary"/> named.</param>
    /// <param name="path">The target.</param>
    /// <exception cref="ResultsWriteException">The target cannot be written.</exception>
    public static void Replace(string temporary, string path)
    {
        try
        {
            if (FileKind.IsSpecial(path))
            {
                using FileStream device = OpenSpecial(path);
                using FileStream content = File.OpenRead(temporary);
                content.CopyTo(device);
                return;
            }

            File.Move(temporary, FileKind.Target(path), overwrite: true);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>The cause of a failed access in words that end a sentence of ours.</summary>
    /// <param name="e">What the system threw.</param>
    /// <returns>One line without a full stop.</returns>
    public static string Reason(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');

    private static FileStream OpenSpecial(string path) => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    private static bool IsRefusal(Exception e) =>
        e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static ResultsWriteException Unwritable(string path, Exception e) => new(
        path.Length == 0
            ? "the name of the file to write is empty"
            : string.Create(CultureInfo.InvariantCulture, $"cannot write {path}: {Reason(e)}"),
        e);
}
