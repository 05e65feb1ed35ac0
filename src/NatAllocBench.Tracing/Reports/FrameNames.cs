using System.Text;

namespace NatAllocBench.Tracing;

/// <summary>Makes the runtime's method names readable: the type without namespace and type arguments, and the method.</summary>
internal static class FrameNames
{
    public static string Shorten(string fullName)
    {
        int arguments = fullName.IndexOf('(', StringComparison.Ordinal);
        string plain = WithoutBrackets(arguments < 0 ? fullName : fullName[..arguments]);
        string[] parts = plain.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length < 2 ? plain : $"{parts[^2]}.{parts[^1]}";
    }

    private static string WithoutBrackets(string name)
    {
        var text = new StringBuilder(name.Length);
        int depth = 0;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (c == '[')
            {
                depth++;
            }
            else if (c == ']')
            {
                depth--;
            }
            else if (c == '`')
            {
                while (i + 1 < name.Length && char.IsAsciiDigit(name[i + 1]))
                {
                    i++;
                }
            }
            else if (depth == 0)
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
