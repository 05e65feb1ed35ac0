using System.Diagnostics;
using System.Globalization;

namespace NatAllocBench.Exploration.Engine;

/// <summary>Where in the source an access is made. It costs a walk of the stack, so only recorded executions ask.</summary>
internal static class SourceLine
{
    private const string Own = "NatAllocBench.Exploration.";

    /// <summary>The innermost line outside of the exploration, as <c>File.cs:91</c>; empty where the symbols are missing.</summary>
    public static string OfCaller()
    {
        foreach (StackFrame frame in new StackTrace(fNeedFileInfo: true).GetFrames())
        {
            string? type = frame.GetMethod()?.DeclaringType?.FullName;
            if (type is not null && !type.StartsWith(Own, StringComparison.Ordinal))
            {
                return frame.GetFileName() is { } file
                    ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{frame.GetFileLineNumber()}")
                    : "";
            }
        }

        return "";
    }
}
