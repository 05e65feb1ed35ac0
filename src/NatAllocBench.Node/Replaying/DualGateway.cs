using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>IPv4 and IPv6 side by side: their tuples never meet.</summary>
internal sealed class DualGateway(IGateway ipv4, IGateway ipv6) : IGateway
{
    private readonly HashSet<int> _ofIPv6 = [];

    public int AddressesUsed => ipv4.AddressesUsed + ipv6.AddressesUsed;

    public Chosen Choose(int number, int cpu, RecordedConnection connection)
    {
        if ((connection.Client >> 32) != 0xFFFF)
        {
            _ofIPv6.Add(number);
        }

        return Of(number).Choose(number, cpu, connection);
    }

    public Loss Insert(int number, int cpu) => Of(number).Insert(number, cpu);

    public void Close(int number, int cpu) => Of(number).Close(number, cpu);

    public void Free(int number, int cpu) => Of(number).Free(number, cpu);

    public void Dispose()
    {
        ipv4.Dispose();
        ipv6.Dispose();
    }

    private IGateway Of(int number) => _ofIPv6.Contains(number) ? ipv6 : ipv4;
}
