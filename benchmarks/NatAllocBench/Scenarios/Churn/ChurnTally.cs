using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Scenarios.Churn;

/// <summary>What became of the connections of a churn run.</summary>
internal sealed class ChurnTally
{
    public long Connections { get; set; }

    public long Syns { get; set; }

    public long Established { get; set; }

    public long NoClientPort { get; set; }

    public long TableFull { get; set; }

    public long GaveUp { get; set; }

    /// <summary>Entries that early drop took before their connection closed.</summary>
    public long GoneBeforeClose { get; set; }

    public long KeepPortRace { get; private set; }

    public long SearchRace { get; private set; }

    public long Exhausted { get; private set; }

    public long LongChain { get; private set; }

    public void Lost(PortChoice choice, ConfirmResult result)
    {
        if (result == ConfirmResult.ChainTooLong)
        {
            LongChain++;
        }
        else if (choice == PortChoice.Exhausted)
        {
            Exhausted++;
        }
        else if (choice == PortChoice.Searched)
        {
            SearchRace++;
        }
        else
        {
            KeepPortRace++;
        }
    }

    public long AllLost => KeepPortRace + SearchRace + Exhausted + LongChain + TableFull;
}
