using System.Text;

namespace NatAllocBench.Node.Inputs;

/// <summary>Lines of a file that are not what it should hold: up to a hundredth of them are skipped. Judged at the file's end.</summary>
/// <param name="name">The file, for the message.</param>
/// <param name="what">What a line should be.</param>
/// <param name="fix">What to give.</param>
internal sealed class SkippedLines(string name, string what, string fix)
{
    private const double Most = 0.01;
    private string _first = "";

    /// <summary>Lines read, those skipped among them.</summary>
    public long Read { get; private set; }

    public long Count { get; private set; }

    /// <summary>Counts a line that was read.</summary>
    public void Take(ReadOnlySpan<byte> line, long number, bool isRead)
    {
        Read++;
        if (!isRead && Count++ == 0)
        {
            _first = $"line {number}: '{InputFile.Quote(Encoding.UTF8.GetString(line))}'";
        }
    }

    /// <summary>Refuses the file if too many lines were skipped.</summary>
    /// <exception cref="NodeInputException">All of them, or more than one and a hundredth; the message quotes the first.</exception>
    public void Judge()
    {
        bool isNothing = Count == Read && Read > 0;
        if (isNothing || (Count > Read * Most && Count > 1))
        {
            throw new NodeInputException($"{name}: {Count} of {Read} lines are no {what}, {_first}; {fix}");
        }
    }
}
