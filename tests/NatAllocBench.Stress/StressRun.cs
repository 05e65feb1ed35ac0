using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Stress;

/// <summary>Rounds on one kind of table: work, then proof. Each round has a new table and lasts a fraction of a second.</summary>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The table design.</typeparam>
/// <param name="name">For the report.</param>
/// <param name="era">The era.</param>
/// <param name="plan">The load.</param>
internal sealed class StressRun<TAddress, TEra, TDesign>(string name, Era era, StressPlan<TAddress> plan)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(200);
    /// <summary>Between two resizes.</summary>
    private const int PauseMs = 2;

    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(30);
    private readonly StressTally _tally = new();
    private long _resizes;
    private ulong _expired;
    private ulong _evicted;

    public StressReport Run(StressOptions options, TimeSpan time, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        int rounds = 0;
        string? failure = null;
        try
        {
            do
            {
                // Every other round the table is too small: early drop, refusals. The seed of a failed round repeats it as the first.
                ulong seed = options.Seed + (ulong)rounds;
                Round(options, seed, isFull: seed % 2 == 0, stop);
                rounds++;
            }
            while (Stopwatch.GetElapsedTime(start) < time && !stop.IsCancellationRequested);
        }
        catch (Exception e) when (e is StressFailureException or TableCorruptException)
        {
            failure = $"round {rounds}, seed {options.Seed + (ulong)rounds}: {e.Message}";
        }

        return new StressReport(name, rounds, Stopwatch.GetElapsedTime(start), _tally, _resizes, _expired, _evicted, failure);
    }

    private void Round(StressOptions options, ulong seed, bool isFull, CancellationToken stop)
    {
        var random = new CpuRandom(seed);
        using var nat = new NatState(new SipKey(random.Next64(), random.Next64()));
        using var table = new ConntrackTable<TAddress, TEra, TDesign>(
            era,
            new TableOptions
            {
                Buckets = 256,
                MaxConnections = isFull ? 192u + (8 * (uint)options.Threads) : 4096,
                Cpus = options.Threads,
                HashKey = new SipKey(random.Next64(), random.Next64()),
                HashRandom = (uint)random.Next64(),
                Seed = random.Next64(),
            },
            nat);
        var clock = new StressClock();
        var workers = new StressWorker<TAddress, TEra, TDesign>[options.Threads];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new StressWorker<TAddress, TEra, TDesign>(table, plan, clock, i, random.Next64());
            workers[i].OpenLasting();
        }

        Work(table, workers, options, ref random, stop);
        Prove(table, workers, clock, isFull);
    }

    private void Work(
        ConntrackTable<TAddress, TEra, TDesign> table,
        StressWorker<TAddress, TEra, TDesign>[] workers,
        StressOptions options,
        ref CpuRandom random,
        CancellationToken stop)
    {
        using var end = new ManualResetEventSlim();
        Exception? failure = null;
        TimeSpan patience = RoundTime + (options.ExpectsFailure ? StuckAfter / 3 : StuckAfter);
        using var watchdog = new Timer(_ => GiveUp(options), null, patience, Timeout.InfiniteTimeSpan);
        Thread[] threads = Array.ConvertAll(workers, worker => new Thread(() =>
        {
            try
            {
                while (!end.IsSet) // orders nothing: the join does
                {
                    worker.Step();
                }
            }
            catch (Exception e) when (e is StressFailureException or TableCorruptException)
            {
                Interlocked.CompareExchange(ref failure, e, null); // the first failure is the one to report
                end.Set();
            }
        }));
        Array.ForEach(threads, thread => thread.Start());
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < RoundTime && !end.IsSet && !stop.IsCancellationRequested)
        {
            table.Resize(16u << (int)random.NextBelow(7));
            _resizes++;
            end.Wait(PauseMs, CancellationToken.None); // a stop is seen as soon as the pause is over
        }

        end.Set();
        Array.ForEach(threads, thread => thread.Join());
        if (failure is not null)
        {
            Array.ForEach(workers, worker => _tally.Add(worker.Tally));
            throw new StressFailureException(failure.Message, failure);
        }
    }

    /// <summary>A round does not end: an operation waits for ever. The threads cannot be stopped, so the process ends.</summary>
    private void GiveUp(StressOptions options)
    {
        Console.Error.WriteLine($"{name}: a worker or the resize is stuck in an operation");
        Environment.Exit(options.ExpectsFailure ? 0 : 1);
    }

    private void Prove(
        ConntrackTable<TAddress, TEra, TDesign> table, StressWorker<TAddress, TEra, TDesign>[] workers, StressClock clock, bool isFull)
    {
        var round = new StressTally();
        ulong expired = 0;
        ulong evicted = 0;
        ulong dropped = 0;
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i].FindLasting(ref table.Cpu(i));
            round.Add(workers[i].Tally);
            expired += table.Cpu(i).Expired;
            evicted += table.Cpu(i).Evictions;
            dropped += table.Cpu(i).Counters.EarlyDrop;
        }

        _tally.Add(round);
        _expired += expired;
        _evicted += evicted;
        TableAudit audit = table.Audit();
        long gone = round.Removed + (long)expired + (long)evicted;
        Require(audit.Entries == table.Count, $"{audit.Entries} entries in the chains, nf_conntrack_count says {table.Count}");
        Require(audit.Entries == audit.BySource, $"{audit.Entries} entries in the chains, {audit.BySource} by source");
        Require(
            dropped > 0 ? round.Inserted - gone - (long)dropped >= audit.Entries : round.Inserted - gone == audit.Entries,
            $"{round.Inserted} inserted, {gone} removed and {dropped} early drops, but {audit.Entries} entries are there");
        Require(isFull || dropped == 0, $"{dropped} early drops in a table that was never full");
        Drain(table, clock);
        Refill(table);
    }

    /// <summary>Everything expires: the table is empty in every respect.</summary>
    private static void Drain(ConntrackTable<TAddress, TEra, TDesign> table, StressClock clock)
    {
        ref CpuState cpu = ref table.Cpu(0);
        cpu.Now = clock.End;
        table.CollectExpired(ref cpu);
        TableAudit audit = table.Audit();
        Require(
            audit.Entries == 0 && audit.BySource == 0 && table.Count == 0,
            $"after the end of all lifetimes {audit.Entries} entries, {audit.BySource} by source, count {table.Count}");
    }

    /// <summary>No slot and no reservation got lost: the CPUs together can create as many entries as the table holds.</summary>
    private void Refill(ConntrackTable<TAddress, TEra, TDesign> table)
    {
        uint created = 0;
        for (int i = 0; i < table.CpuCount; i++)
        {
            ref CpuState cpu = ref table.Cpu(i);
            cpu.Now = 0;
            ConntrackTuple<TAddress> tuple = plan.Filler(created);
            while (!table.Create(ref cpu, in tuple, table.Hash(in tuple)).IsNone)
            {
                tuple = plan.Filler(++created);
            }
        }

        Require(created == table.MaxConnections, $"of {table.MaxConnections} slots only {created} can be used again");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new StressFailureException(message);
        }
    }
}
