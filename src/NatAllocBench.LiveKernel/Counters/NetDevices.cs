using System.Globalization;

namespace NatAllocBench.LiveKernel;

/// <summary>Reads the received packets of an interface from the text of /proc/net/dev.</summary>
internal static class NetDevices
{
    /// <summary>The received packets of <paramref name="device"/>.</summary>
    /// <exception cref="FormatException">The interface is not in the text.</exception>
    public static long ReceivedPackets(string text, string device)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[..colon].Trim() == device)
            {
                // Receive columns: bytes, packets, ...
                string[] values = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return long.Parse(values[1], CultureInfo.InvariantCulture);
            }
        }

        throw new FormatException($"/proc/net/dev has no interface {device}");
    }
}
