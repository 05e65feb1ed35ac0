using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary>The kernel's answer to one scenario: a value per connection and the sums at the end.</summary>
internal sealed class SequenceAnswer<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private readonly VectorObject _out;
    private readonly uint[] _ports;
    private readonly TAddress[] _addresses;
    private readonly string _confirmed;
    private readonly uint[] _found;
    private readonly uint[] _probes;

    public SequenceAnswer(VectorObject answer, int count)
    {
        _out = answer;
        _ports = answer.NumbersFor("port", count);
        _addresses = [.. answer.TextsFor("ip", count).Select(FieldTerms.Address<TAddress>)];
        _confirmed = answer.Text("confirmed");
        _found = answer.NumbersFor("found_cum", count);
        _probes = answer.NumbersFor("probes_cum", count);
        if (_confirmed.Length != count)
        {
            throw new VectorFormatException($"'confirmed' has {_confirmed.Length} digits for {count} connections");
        }
    }

    public ulong InsertFailed => _out.Number("insert_failed");

    /// <summary>Evictions as <c>step:port</c>.</summary>
    public string Evicted => _out.Has("evicted") ? string.Join(' ', _out.Rows("evicted", 2).Select(row => $"{row[0]}:{row[1]}")) : "";

    public void Compare(Comparison comparison, int step, in ConntrackTuple<TAddress> chosen, bool confirmed, in CpuState cpu)
    {
        comparison.Expect($"port[{step}]", _ports[step], chosen.SourcePort);
        comparison.Expect($"ip[{step}]", _addresses[step], chosen.Source);
        comparison.Expect($"confirmed[{step}]", _confirmed[step] == '1', confirmed);
        comparison.Expect($"found_cum[{step}]", _found[step], cpu.Counters.Found);
        comparison.Expect($"probes_cum[{step}]", _probes[step], cpu.Probes);
    }

    public void CompareRovers(Comparison comparison, NatState nat)
    {
        if (!_out.Has("rover"))
        {
            return;
        }

        VectorObject rovers = _out.Object("rover");
        foreach (string name in rovers.Names())
        {
            comparison.Expect($"rover {name}", rovers.Port(name), nat.Rover(FieldTerms.Protocol(name)));
        }
    }
}
