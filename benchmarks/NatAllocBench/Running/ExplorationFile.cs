using System.Diagnostics;
using NatAllocBench.Exploration.Cells;
using NatAllocBench.Results.Files;

namespace NatAllocBench.Running;

/// <summary>The file of <c>--checkpoint</c>: read at the beginning if it is there, written whole now and then and at the end.</summary>
internal sealed class ExplorationFile
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly string _file;
    private readonly Checkpoint _checkpoint;
    private long _written = Stopwatch.GetTimestamp();

    private ExplorationFile(string file, IReadOnlyList<CellSearch> searches)
    {
        _file = file;
        _checkpoint = new Checkpoint(searches);
    }

    /// <summary>Puts the searches where those of the file are, if there is one.</summary>
    /// <param name="searches">Searches that have not begun.</param>
    /// <exception cref="UsageException">The file is of no use; the message says why.</exception>
    public static ExplorationFile Open(string file, IReadOnlyList<CellSearch> searches)
    {
        try
        {
            if (File.Exists(file))
            {
                Checkpoint.Restore(File.ReadAllBytes(file), searches);
            }

            var opened = new ExplorationFile(file, searches);
            opened.Write(); // a file that cannot be written is known now, not after the work
            return opened;
        }
        catch (Exception e) when (e is FormatException)
        {
            throw new UsageException($"--checkpoint {file}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--checkpoint {file}: cannot be read or written ({e.Message}); name another file");
        }
    }

    /// <summary>Notes where a search is that is not running.</summary>
    public void Note(CellSearch search)
    {
        _checkpoint.Note(search);
        if (Stopwatch.GetElapsedTime(_written) >= Pause)
        {
            Write();
        }
    }

    public void Write()
    {
        AtomicFile.Write(_file, _checkpoint.ToBytes());
        _written = Stopwatch.GetTimestamp();
    }
}
