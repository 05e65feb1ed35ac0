using NatAllocBench.Racing.Clients;

namespace NatAllocBench.Tests.Racing.Clients;

/// <summary>An in-use test that records the candidates and calls the first <c>refuse</c> of them taken.</summary>
internal struct TakenPorts(int refuse) : IPortInUse
{
    private int _refuse = refuse;

    public List<ushort> Candidates { get; } = [];

    public bool IsInUse(ushort port)
    {
        Candidates.Add(port);
        return _refuse-- > 0;
    }
}
