using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Reads the router's conntrack counters and the server's received packets. The /proc files are opened inside the namespaces, once, and
/// keep showing them wherever they are read.
/// </summary>
internal sealed class KernelCounters : IDisposable
{
    private const string StatPath = "/proc/thread-self/net/stat/nf_conntrack";

    private readonly string _routerNamespace;
    private readonly SafeFileHandle? _stat;
    private readonly SafeFileHandle _devices;

    /// <summary>Opens the counters of one topology.</summary>
    /// <exception cref="LiveKernelUnavailableException">Neither the /proc file nor the conntrack command is there.</exception>
    public KernelCounters(LiveTopology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        _routerNamespace = topology.RouterNamespace;
        _stat = NetworkNamespace.Run(_routerNamespace, () => File.Exists(StatPath) ? File.OpenHandle(StatPath) : null);
        if (_stat is null)
        {
            _ = ToolRunner.Require(Tool.Conntrack);
        }

        _devices = NetworkNamespace.Run(topology.ServerNamespace, () => File.OpenHandle("/proc/thread-self/net/dev"));
    }

    /// <summary>Where the counters come from: the /proc file, or <c>conntrack -S</c> where the kernel is built without it.</summary>
    public string Source => _stat is null ? "conntrack -S" : "/proc/net/stat/nf_conntrack";

    /// <summary>Reads everything now.</summary>
    public KernelReading Read()
    {
        IReadOnlyList<ConntrackCounters> perCpu = _stat is not null
            ? ConntrackStatistics.ParseProc(ReadAll(_stat))
            : ConntrackStatistics.ParseTool(ToolRunner.RunInside(_routerNamespace, Tool.Conntrack, null, "-S"));
        return new KernelReading(perCpu, NetDevices.ReceivedPackets(ReadAll(_devices), "s0"));
    }

    /// <summary>
    /// Reads until every sent packet is accounted for (delivered or insert_failed), or the counters have stood still for
    /// <paramref name="quiet"/>, or <paramref name="patience"/> is over, and returns the last reading.
    /// </summary>
    public KernelReading ReadWhenSettled(KernelReading before, long sent, TimeSpan? quiet = null, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(before);
        TimeSpan quietFor = quiet ?? TimeSpan.FromMilliseconds(50);
        long deadline = Stopwatch.GetTimestamp() + (long)((patience ?? TimeSpan.FromSeconds(5)).TotalSeconds * Stopwatch.Frequency);
        KernelReading last = Read();
        long changed = Stopwatch.GetTimestamp();
        while (Accounted(last, before) < sent && Stopwatch.GetElapsedTime(changed) < quietFor && Stopwatch.GetTimestamp() < deadline)
        {
            // Packets still queued in softirqs need the CPU this thread would otherwise spin on.
            _ = Thread.Yield();
            KernelReading now = Read();
            if (Accounted(now, before) != Accounted(last, before))
            {
                changed = Stopwatch.GetTimestamp();
            }

            last = now;
        }

        return last;
    }

    /// <summary>Closes the files, so that the namespaces can go.</summary>
    public void Dispose()
    {
        _stat?.Dispose();
        _devices.Dispose();
    }

    private static long Accounted(KernelReading reading, KernelReading before)
    {
        KernelReading change = reading.Since(before);
        return change.Delivered + change.Total.InsertFailed;
    }

    private static string ReadAll(SafeFileHandle handle)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[16384];
        long position = 0;
        while (true)
        {
            int read = RandomAccess.Read(handle, buffer, position);
            if (read <= 0)
            {
                return text.ToString();
            }

            _ = text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            position += read;
        }
    }
}
