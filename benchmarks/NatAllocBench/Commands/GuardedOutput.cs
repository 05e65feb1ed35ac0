using System.Text;
using NatAllocBench.Results.Files;

namespace NatAllocBench.Commands;

/// <summary>
/// Standard output that may break at any time, because its disk is full or its reader has gone: from then on nothing is printed, and the
/// command goes on to keep what it measured.
/// </summary>
internal sealed class GuardedOutput(TextWriter inner) : TextWriter
{
    /// <summary>Why output broke, or null.</summary>
    public string? Failure { get; private set; }

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Guard(() => inner.Write(value));

    public override void Write(string? value) => Guard(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Guard(() => inner.WriteLine(value));

    public override void Flush() => Guard(inner.Flush);

    private void Guard(Action write)
    {
        if (Failure is not null)
        {
            return;
        }

        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failure = AtomicFile.Reason(e);
        }
    }
}
