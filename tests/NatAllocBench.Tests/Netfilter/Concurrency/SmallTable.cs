using System.Collections.Concurrent;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>What both the table and its model answer, by the number of the operation.</summary>
internal interface ISmallTable
{
    /// <summary>The answers so far.</summary>
    IDictionary<int, string> Answers { get; }

    /// <summary>What is in the table now.</summary>
    string Contents();
}

/// <summary>
/// A table with a handful of connections that need each other's tuples: connections 0 to 3 are TCP with two ORIGINAL and two
/// REPLY tuples in all combinations, connection 4 is UDP with tuples of its own and the only one that expires after a minute.
/// </summary>
internal sealed class SmallTable<TDesign> : ISmallTable, IDisposable
    where TDesign : struct, ITableDesign
{
    private const int Cpus = 8;
    private const uint Minute = 60_000;
    private readonly NatState _nat = new(default);
    private readonly ConntrackTable<IPv4Address, Linux6_5, TDesign> _table;
    private readonly ConcurrentBag<int> _idle = [.. Enumerable.Range(0, Cpus)];

    public SmallTable(uint buckets) => _table = new ConntrackTable<IPv4Address, Linux6_5, TDesign>(
        EraCatalog.Get("6.12"), new TableOptions { Buckets = buckets, BySourceBuckets = 1, MaxConnections = 4096, Cpus = Cpus }, _nat);

    public IDictionary<int, string> Answers { get; } = new ConcurrentDictionary<int, string>();

    public void Insert(int number, int connection) => Do(number, (ref CpuState cpu) =>
    {
        ConntrackTuple<IPv4Address> original = SmallModel.Original(connection);
        PendingEntry<IPv4Address> entry = _table.Create(ref cpu, in original, _table.Hash(in original));
        ConntrackTuple<IPv4Address> mapping = SmallModel.Reply(connection).Invert();
        _table.Slab.ChangeReply(entry.Slot, in mapping);
        return _table.Confirm(ref cpu, in entry).ToString();
    });

    public void Find(int number, ConntrackTuple<IPv4Address> tuple) => Do(number, (ref CpuState cpu) => FindSettled(ref cpu, tuple));

    public void Taken(int number, ConntrackTuple<IPv4Address> tuple) => Do(number, (ref CpuState cpu) =>
        _table.IsTaken(ref cpu, in tuple, _table.Hash(in tuple), Slot.None).ToString());

    public void Kill(int number, ConntrackTuple<IPv4Address> tuple) => Do(number, (ref CpuState cpu) =>
    {
        bool killed = _table.TryFind(ref cpu, in tuple, _table.Hash(in tuple), out EntryReference entry) && _table.Kill(ref cpu, entry);
        return killed.ToString();
    });

    /// <summary>
    /// A lookup that meets the one connection that can expire. A walk of the collector is not one step: it could remove the connection from
    /// one bucket and, inserted again meanwhile, once more from another.
    /// </summary>
    public void Expire(int number) => Do(number, (ref CpuState cpu) =>
    {
        ulong before = cpu.Expired;
        cpu.Now = Minute;
        ConntrackTuple<IPv4Address> tuple = SmallModel.Original(SmallModel.Udp);
        _table.TryFind(ref cpu, in tuple, _table.Hash(in tuple), out _);
        cpu.Now = 0;
        return (cpu.Expired - before).ToString(System.Globalization.CultureInfo.InvariantCulture);
    });

    public void Resize(uint buckets) => _table.Resize(buckets);

    /// <summary>Walks the table and reads back who is in it.</summary>
    public string Contents()
    {
        _table.Audit();
        var entries = new List<string>();
        _table.ForEach((slot, _) => entries.Add($"{_table.OriginalTuple(slot)} / {_table.ReplyTuple(slot)}"));
        return string.Join(", ", entries.Order()) + $"; count {_table.Count}";
    }

    public void Dispose()
    {
        _table.Dispose();
        _nat.Dispose();
    }

    // Under the kernel's locks an entry that is being removed can still be found until it is out of both chains, and a second removal has
    // already been refused. That is the kernel's behaviour; a step of the model is over when the entry is really gone.
    private string FindSettled(ref CpuState cpu, ConntrackTuple<IPv4Address> tuple)
    {
        var spinner = new SpinWait();
        while (_table.TryFind(ref cpu, in tuple, _table.Hash(in tuple), out EntryReference entry))
        {
            if ((entry.Status & EntryStatus.Dying) == 0)
            {
                return entry.Direction.ToString();
            }

            spinner.SpinOnce();
        }

        return "none";
    }

    private void Do(int number, Operation operation)
    {
        // At most as many workers as CPUs, so there is always one.
        Assert.True(_idle.TryTake(out int cpu));
        Answers[number] = operation(ref _table.Cpu(cpu));
        _idle.Add(cpu);
    }

    private delegate string Operation(ref CpuState cpu);
}
