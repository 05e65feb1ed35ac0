namespace NatAllocBench.Allocators.Libalias;

/// <summary>Links of a range of alias ports; a destination address or port of 0 is not known yet.</summary>
internal readonly record struct AliasLink(
    byte Protocol, uint Alias, uint FirstPort, uint LastPort, uint Destination, ushort DestinationPort)
{
    public bool IsPartial => Destination == 0 || DestinationPort == 0;
}

/// <summary>The links of an instance, partly specified ones (static redirects) included, as the versions look at them.</summary>
/// <param name="hasGroups">As of 13.1 and later.</param>
/// <param name="defaultAlias">The instance's own address; 0 if it has none.</param>
internal sealed class AliasLinks(bool hasGroups, uint defaultAlias)
{
    private readonly List<AliasLink> _links = [];

    /// <summary>Questions asked; a repetition for the alias address 0.0.0.0 does not count.</summary>
    public uint Trials { get; private set; }

    public void Add(AliasLink link) => _links.Add(link);

    public bool IsFree(in FlowTuple<uint> reply)
    {
        if (hasGroups)
        {
            Trials++;
            FlowTuple<uint> asked = reply;
            return !_links.Exists(link =>
                !link.IsPartial && IsAt(link, in asked, asked.Destination)
                && link.Destination == asked.Source && link.DestinationPort == asked.SourcePort);
        }

        bool isFull = reply.Source != 0 && reply.SourcePort != 0;
        return Find(in reply) is not { } found || (isFull && found.IsPartial);
    }

    /// <summary>
    /// <c>FindLinkIn</c>: the best link that answers: exact, then port unknown, address unknown, both unknown, where unknown holds if the
    /// link or the request says so.
    /// </summary>
    public AliasLink? Find(in FlowTuple<uint> reply)
    {
        Trials++;
        return Find(in reply, reply.Destination)
            ?? (reply.Destination == defaultAlias && defaultAlias != 0 ? Find(in reply, 0) : null);
    }

    private static bool IsAt(AliasLink link, in FlowTuple<uint> reply, uint alias) =>
        link.Protocol == reply.Protocol && link.Alias == alias
        && link.FirstPort <= reply.DestinationPort && reply.DestinationPort <= link.LastPort;

    private AliasLink? Find(in FlowTuple<uint> reply, uint alias)
    {
        AliasLink? best = null;
        int bestRank = int.MaxValue;
        foreach (AliasLink link in _links)
        {
            bool anyPort = link.DestinationPort == 0 || reply.SourcePort == 0;
            bool anyAddress = link.Destination == 0 || reply.Source == 0;
            int rank = (anyAddress ? 2 : 0) + (anyPort ? 1 : 0);
            if (rank < bestRank
                && IsAt(link, in reply, alias)
                && (anyPort || link.DestinationPort == reply.SourcePort)
                && (anyAddress || link.Destination == reply.Source))
            {
                (best, bestRank) = (link, rank);
            }
        }

        return best;
    }
}

/// <summary>Looks into an instance's links.</summary>
internal readonly struct AliasLinksView(AliasLinks links) : IAliasView
{
    public bool TryTake(in FlowTuple<uint> reply) => links.IsFree(in reply);

    public bool HasLink(in FlowTuple<uint> reply) => links.Find(in reply) is not null;
}
