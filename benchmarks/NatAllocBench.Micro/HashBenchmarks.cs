using BenchmarkDotNet.Attributes;
using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Micro;

/// <summary>The hashes of all eras, alone and in lanes. Inputs change with every call, so that nothing is folded.</summary>
[BenchmarkCategory("hash")]
public unsafe class HashBenchmarks
{
    private const int Lanes = SipHash24Lanes.Count;
    private readonly ulong[] _words = new ulong[Lanes * 5];
    private readonly ulong[] _hashes = new ulong[Lanes];
    private readonly uint[] _md5Secret = [.. Enumerable.Range(1, PortSecret.Md5SecretWords).Select(word => (uint)word * 0x9E3779B9)];
    private readonly SipKey _key = new(0x0706050403020100, 0x0F0E0D0C0B0A0908);
    private readonly HashSecrets _secrets = new(new SipKey(1, 2), 3, 4);
    private TupleHashPrefix<IPv4Address, Linux6_5> _prefix;
    private SipState _state;
    private NativeRegion _memory = null!;
    private FlowLanes.Scratch* _oneScratch;
    private FlowLanes.Scratch* _eightScratch;
    private ConntrackTuple<IPv4Address>* _flows;
    private HashMemo<IPv4Address>* _memos;
    private ConntrackTuple<IPv4Address> _tuple;
    private ulong _word = 1;
    private uint _word32 = 1;

    /// <summary>Inputs and cached states.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] = (ulong)(i + 1) * 0x9E3779B97F4A7C15;
        }

        _tuple = MicroTable.Flow(1);
        _prefix.Start(in _secrets, in _tuple);
        _state = SipState.Start(_key);
        _memory = new NativeRegion(
            (2 * sizeof(FlowLanes.Scratch)) + (Lanes * (sizeof(ConntrackTuple<IPv4Address>) + sizeof(HashMemo<IPv4Address>))));
        _oneScratch = (FlowLanes.Scratch*)_memory.Pointer;
        _eightScratch = _oneScratch + 1;
        _flows = (ConntrackTuple<IPv4Address>*)(_eightScratch + 1);
        _memos = (HashMemo<IPv4Address>*)(_flows + Lanes);
        FlowLanes.PrepareOne(_secrets.Key, _secrets.NetMix, _oneScratch);
        for (int i = 0; i < Lanes; i++)
        {
            _flows[i] = MicroTable.Flow(i);
            _memos[i].Reply = _flows[i].Invert();
        }
    }

    /// <summary>Frees the working memory.</summary>
    [GlobalCleanup]
    public void CleanUp() => _memory.Dispose();

    /// <summary>Table hash from 6.5 on.</summary>
    [Benchmark]
    public ulong SipHash39Bytes() => SipHash24.Hash39Bytes(_key, _word++, 2, 3, 4, 5);

    /// <summary>Table hash from 5.15 to 6.1.</summary>
    [Benchmark]
    public ulong SipHash48Bytes() => SipHash24.Hash48Bytes(_key, _word++, 2, 3, 4, 5, 6);

    /// <summary>By-source hash from 5.15 on, table hash of 6.2 to 6.4.</summary>
    [Benchmark]
    public ulong SipHash32Bytes() => SipHash24.Hash32Bytes(_key, _word++, 2, 3, 4);

    /// <summary>Eight table hashes together.</summary>
    [Benchmark(OperationsPerInvoke = Lanes)]
    public ulong SipHash39BytesInLanes()
    {
        _words[0] = _word++;
        SipHash24Lanes.Hash(_key, _words, 5, _hashes);
        return _hashes[0];
    }

    /// <summary>Eight last words after a shared state: eight candidate ports.</summary>
    [Benchmark(OperationsPerInvoke = Lanes)]
    public ulong SipHashTailsInLanes()
    {
        _words[0] = _word++;
        SipHash24Lanes.HashTails(in _state, _words.AsSpan(0, Lanes), _hashes);
        return _hashes[0];
    }

    /// <summary>The four hashes that one connection needs, together: ORIGINAL, source, two REPLY tuples.</summary>
    [Benchmark]
    public uint HashesOfOneConnection()
    {
        _flows[0].SourceKey++;
        FlowLanes.FillOne(in _flows[0], ref _memos[0], _oneScratch);
        return _memos[0].OriginalHash.Value;
    }

    /// <summary>The same four hashes for eight connections.</summary>
    [Benchmark(OperationsPerInvoke = Lanes)]
    public uint HashesOfEightConnections()
    {
        _flows[0].SourceKey++;
        FlowLanes.Fill(_secrets.Key, _secrets.NetMix, in _flows[0], _memos, _eightScratch);
        return _memos[0].OriginalHash.Value;
    }

    /// <summary>One candidate port after a cached state.</summary>
    [Benchmark]
    public uint SipHashTail() => _prefix.Finish((ushort)_word32++).Value;

    /// <summary>Table hash of 3.1 to 5.14.</summary>
    [Benchmark]
    public uint Jenkins3Words9() => Jenkins3.Hash9(_word32++, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    /// <summary>Table hash up to 3.0.</summary>
    [Benchmark]
    public uint Jenkins2Words9() => Jenkins2.Hash9(_word32++, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    /// <summary>By-source hash of 4.4 to 5.14.</summary>
    [Benchmark]
    public uint Jenkins3Words5() => Jenkins3.Hash5(_word32++, 2, 3, 4, 5, 6);

    /// <summary>Start offset of random up to 4.10.</summary>
    [Benchmark]
    public uint PortSecretMd5() => PortSecret.Md5IPv4(_md5Secret, _word32++, 2, 3);

    /// <summary>Start offset of random from 4.11 to 4.20.</summary>
    [Benchmark]
    public uint PortSecretSipHash() => PortSecret.SipIPv4(_key, _word32++, 2, 3);

    /// <summary>The whole tuple hash from 6.5 on, words put together included.</summary>
    [Benchmark]
    public uint TupleHash()
    {
        _tuple.SourceKey++;
        return TupleHasher.Hash<IPv4Address, Linux6_5>(in _secrets, in _tuple).Value;
    }
}
