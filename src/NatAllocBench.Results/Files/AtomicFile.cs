namespace NatAllocBench.Results.Files;

/// <summary>Writes files whole or not at all: a temporary file beside the target, then a rename.</summary>
public static class AtomicFile
{
    /// <summary>Replaces a file, or leaves it untouched.</summary>
    /// <param name="path">The target; its directory is made if there is none.</param>
    /// <param name="content">The new content.</param>
    /// <exception cref="ResultsWriteException">The target cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            try
            {
                using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
                {
                    stream.Write(content);
                    stream.Flush(flushToDisk: true);
                }

                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                // Gone already when the move succeeded.
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResultsWriteException($"cannot write {path}: {Reason(e)}", e);
        }
    }

    /// <summary>The cause of a failed access in words that end a sentence of ours.</summary>
    /// <param name="e">What the system threw.</param>
    /// <returns>One line without a full stop.</returns>
    public static string Reason(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
