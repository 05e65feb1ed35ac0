using System.Numerics;

namespace NatAllocBench.Allocators.Pf;

/// <summary>A source node: the address a client has with <c>sticky-address</c>, and how many states use it.</summary>
internal readonly record struct PfSourceNode<TAddress>(TAddress Address, uint States);

/// <summary>What a rule remembers between connections.</summary>
internal sealed class PfState<TAddress>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    private TAddress _counter;

    /// <summary>The pool's counter; FreeBSD 12 moves it on without a lock.</summary>
    public ref TAddress Counter => ref _counter;

    /// <summary>The pool's current entry.</summary>
    public int Current { get; set; }

    /// <summary>Source nodes by client.</summary>
    public Dictionary<TAddress, PfSourceNode<TAddress>> Nodes { get; } = [];

    /// <summary>Mappings of endpoint-independent UDP.</summary>
    public PfUdpMappings<TAddress> Mappings { get; } = new();
}

/// <summary>Endpoint-independent UDP mappings: inserting one is the test, both its endpoints must be unknown.</summary>
internal sealed class PfUdpMappings<TAddress>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    private readonly Dictionary<(TAddress Address, ushort Port), (TAddress Address, ushort Port)> _external = [];
    private readonly Lock _rows = new();

    public int Count { get; private set; }

    public uint Inserts { get; private set; }

    public uint Conflicts { get; private set; }

    /// <summary>The outside of the mapping that has this endpoint on either side.</summary>
    public bool TryFind(TAddress address, ushort port, out TAddress outside, out ushort outsidePort)
    {
        lock (_rows)
        {
            bool found = _external.TryGetValue((address, port), out (TAddress Address, ushort Port) external);
            (outside, outsidePort) = external;
            return found;
        }
    }

    public bool TryInsert(TAddress address, ushort port, TAddress outside, ushort outsidePort)
    {
        lock (_rows)
        {
            Inserts++;
            if (_external.ContainsKey((address, port)) || _external.ContainsKey((outside, outsidePort)))
            {
                Conflicts++;
                return false;
            }

            Put(address, port, outside, outsidePort);
            return true;
        }
    }

    /// <summary>Puts a mapping in without counting it as an attempt.</summary>
    public void Put(TAddress address, ushort port, TAddress outside, ushort outsidePort)
    {
        _external[(address, port)] = (outside, outsidePort);
        _external[(outside, outsidePort)] = (outside, outsidePort);
        Count++;
    }
}
