using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using FlowTuple = NatAllocBench.Netfilter.Tuples.ConntrackTuple<NatAllocBench.Netfilter.Tuples.IPv4Address>;
using NatRule = NatAllocBench.Netfilter.Rules.NatRange<NatAllocBench.Netfilter.Tuples.IPv4Address>;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>A NAT gateway of any era on one CPU: the model's public API without its type parameters, and a clock under control.</summary>
internal abstract class Gateway : IDisposable
{
    public const uint Start = 1_000_000;
    public static readonly IPv4Address Address = IPv4Address.Parse("198.51.100.1");
    public static readonly IPv4Address Server = IPv4Address.Parse("192.0.2.1");
    public static readonly IPv4Address OtherServer = IPv4Address.Parse("192.0.2.2");
    private const uint Lifetime = 400_000_000;

    /// <summary>The next random draws; a fixed generator follows when they are used up.</summary>
    public Queue<ushort> Draws { get; } = new();

    public NatState Nat { get; protected init; } = new(default);

    public abstract ref CpuState Cpu { get; }

    public abstract uint Count { get; }

    public abstract uint BucketCount { get; }

    /// <summary>One rule that all <c>Connect</c> calls use unless told otherwise.</summary>
    public static NatRule Masquerade(NatFlags flags = NatFlags.None) => NatRule.Masquerade(Address, flags);

    public static Gateway Of(
        string era,
        uint buckets = 4096,
        uint maxConnections = 4096,
        SipKey secret = default,
        uint[]? md5Secret = null,
        uint bySource = 0) =>
        Of<KernelLocks>(era, buckets, maxConnections, secret, md5Secret, bySource);

    public static Gateway Of<TDesign>(
        string era, uint buckets = 4096, uint maxConnections = 4096, SipKey secret = default, uint[]? md5Secret = null, uint bySource = 0)
        where TDesign : struct, ITableDesign
    {
        var options = new TableOptions { Buckets = buckets, MaxConnections = maxConnections, BySourceBuckets = bySource };
        return EraCatalog.Get(era).Accept<Builder<TDesign>, Gateway>(new Builder<TDesign>(options, new NatState(secret, md5Secret)));
    }

    public static FlowTuple Flow(
        string client, ushort port, IPv4Address? server = null, ushort serverPort = 80, IPProtocol protocol = IPProtocol.Tcp) =>
        FlowTuple.Of(protocol, IPv4Address.Parse(client), port, server ?? Server, serverPort);

    public abstract Slot Open(in FlowTuple original, uint tdEnd = 1);

    public abstract ConfirmResult Confirm(Slot slot);

    public abstract void Drop(Slot slot);

    public abstract bool Find(in FlowTuple tuple, out EntryReference entry);

    public abstract bool IsTaken(in FlowTuple reply, Slot self);

    public abstract Slot Restore(in FlowTuple original, in FlowTuple reply, ulong status, uint lifetime, uint tdEnd = 0);

    public abstract bool Kill(EntryReference entry);

    public abstract PacketOutcome Tcp(EntryReference entry, TcpSegment segment, uint end = 0);

    public abstract PacketOutcome Datagram(EntryReference entry);

    public abstract long Collect();

    public abstract void Resize(uint buckets);

    public abstract TableAudit Audit();

    public abstract FlowTuple Original(Slot slot);

    public abstract FlowTuple Reply(Slot slot);

    public abstract ulong Status(Slot slot);

    public abstract void AddStatus(Slot slot, ulong bits);

    /// <summary>Whether the entry of a tuple has expired at the present clock, found without touching it.</summary>
    public abstract bool IsExpired(in FlowTuple tuple);

    public abstract uint Bucket(in FlowTuple tuple);

    public abstract void Dispose();

    /// <summary>A new connection through a NAT hook, not confirmed.</summary>
    public Allocation Allocate(in FlowTuple original, in NatRule rule, ManipType manip = ManipType.Source, uint tdEnd = 1) =>
        Translate(Open(in original, tdEnd), in rule, manip);

    public Allocation Allocate(in FlowTuple original, NatFlags flags = NatFlags.None) => Allocate(in original, Masquerade(flags));

    /// <summary>An open connection through a NAT hook, with what the hook cost.</summary>
    public Allocation Translate(Slot slot, in NatRule rule, ManipType manip = ManipType.Source)
    {
        (ulong probes, ulong hits, ulong found) = (Cpu.Probes, Cpu.Hits, Cpu.Counters.Found);
        PortChoice choice = Run(slot, in rule, manip);
        return new Allocation(
            slot, Reply(slot).Invert(), choice, Cpu.Probes - probes, Cpu.Hits - hits, Cpu.Counters.Found - found);
    }

    /// <summary>Confirmed entries of other clients that hold ports of the NAT address towards a server.</summary>
    public void Hold(
        int first,
        int last,
        IPv4Address? server = null,
        IPProtocol protocol = IPProtocol.Tcp,
        IPv4Address? address = null,
        ulong status = EntryStatus.SourceNat,
        TcpState state = TcpState.Established,
        uint tdEnd = 0)
    {
        for (int port = first; port <= last; port++)
        {
            FlowTuple original = Flow("10.99.0.1", (ushort)port, server, 80, protocol);
            FlowTuple translated = original;
            translated.Source = address ?? Address;
            ulong word = protocol == IPProtocol.Tcp ? EntryStatus.WithState(status, state) : status;
            Assert.NotEqual(Slot.None, Restore(in original, translated.Invert(), word, Lifetime, tdEnd));
        }
    }

    /// <summary>Ends what <see cref="Hold"/> began for one port.</summary>
    public void Release(ushort port, IPv4Address? server = null, IPProtocol protocol = IPProtocol.Tcp)
    {
        Assert.True(Find(Flow("10.99.0.1", port, server, 80, protocol), out EntryReference entry));
        Assert.True(Kill(entry));
    }

    protected abstract PortChoice Run(Slot slot, in NatRule rule, ManipType manip);

    private readonly struct Builder<TDesign>(TableOptions options, NatState nat) : IEraVisitor<Gateway>
        where TDesign : struct, ITableDesign
    {
        public Gateway Visit<TEra>(Era era)
            where TEra : struct, IEra => new EraGateway<TEra, TDesign>(era, options, nat);
    }
}

/// <summary>What an allocation chose, and what it cost.</summary>
internal readonly record struct Allocation(
    Slot Slot, FlowTuple Mapped, PortChoice Choice, ulong Probes, ulong Hits, ulong Found)
{
    public ushort Port => Mapped.SourcePort;
}
