using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Random;

namespace NatAllocBench.Racing.Clients;

/// <summary>
/// One host's choice of source ports for outgoing IPv4 connections (<c>__inet_hash_connect</c>, 2.6.32..7.1). All containers of the host
/// share one instance, as they share the kernel's hint and secret; each namespace brings its own in-use test.
/// </summary>
/// <remarks>
/// Threads may call <see cref="Next"/> at the same time, as CPUs do in the kernel: the hints are plain words, read at the start of a search
/// and advanced after it without lock or atomic operation. Two concurrent connects may start at the same offset, and an advance may
/// be lost; that is the behaviour reproduced. No call allocates.
/// </remarks>
internal sealed class EphemeralPorts
{
    private const int SmallTableBits = 8;
    private const int LargeTableSize = 65536;
    private const uint GoldenRatio = 0x61C88647;

    // Keeps the hints off the cache lines of neighbouring objects: 128 bytes of words on either side.
    private const int Padding = 128 / sizeof(uint);

    private readonly EphemeralPortSecret _secret;
    private readonly uint[] _hints;

    /// <summary>A host as it is after boot: secret and perturbation table drawn from the seed, a global hint of 0.</summary>
    /// <param name="version">The host's kernel.</param>
    /// <param name="range">The ports to choose from; see <see cref="LocalPortRange.Default"/>.</param>
    /// <param name="seed">Any value; equal seeds give equal hosts.</param>
    public EphemeralPorts(KernelVersion version, LocalPortRange range, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfZero(range.Low, nameof(range));
        SplitMix64 random = new(seed);
        Algorithm = AlgorithmFor(version);
        Range = range;
        _secret = new EphemeralPortSecret(version, Algorithm, ref random);
        int hints = Algorithm switch
        {
            EphemeralPortAlgorithm.V5_18 => LargeTableSize,
            EphemeralPortAlgorithm.V5_12 => 1 << SmallTableBits,
            _ => 1,
        };
        _hints = new uint[hints + (2 * Padding)];
        if (hints > 1)
        {
            foreach (ref uint hint in _hints.AsSpan(Padding, hints))
            {
                hint = (uint)random.Next();
            }
        }
    }

    /// <summary>The generation in use.</summary>
    public EphemeralPortAlgorithm Algorithm { get; }

    /// <summary>The ports to choose from.</summary>
    public LocalPortRange Range { get; }

    /// <summary>
    /// The host's uptime divided by 10 s, an input of the base from 5.18. The caller advances it; a plain word, as a stale value for one
    /// connect changes nothing but the moment of the switch.
    /// </summary>
    public uint TimeBucket { get; set; }

    /// <summary>The generation a kernel uses.</summary>
    /// <param name="version">The client's kernel.</param>
    /// <returns>The generation; see <see cref="EphemeralPortAlgorithm"/> for the boundaries.</returns>
    public static EphemeralPortAlgorithm AlgorithmFor(KernelVersion version)
    {
        if (version < new KernelVersion(4, 5))
        {
            return version < new KernelVersion(4, 2) ? EphemeralPortAlgorithm.V2_6_32 : EphemeralPortAlgorithm.V4_2;
        }

        if (version < new KernelVersion(5, 12))
        {
            return EphemeralPortAlgorithm.V4_5;
        }

        return version < new KernelVersion(5, 18) ? EphemeralPortAlgorithm.V5_12 : EphemeralPortAlgorithm.V5_18;
    }

    /// <summary>The source port of a new connection.</summary>
    /// <typeparam name="TInUse">The namespace's in-use test, a struct.</typeparam>
    /// <param name="srcBe">The client's own address, network order as it lies in memory.</param>
    /// <param name="dstBe">Destination address, also in network byte order.</param>
    /// <param name="dportBe">Destination port, also in network byte order.</param>
    /// <param name="random">The calling thread's noise; used from 5.12.</param>
    /// <param name="inUse">Asked once per candidate, in the kernel's order.</param>
    /// <returns>
    /// The port, host order; 0 when every candidate is in use (connect() fails with EADDRNOTAVAIL), which advances no hint.
    /// </returns>
    public ushort Next<TInUse>(uint srcBe, uint dstBe, ushort dportBe, ref SplitMix64 random, ref TInUse inUse)
        where TInUse : struct, IPortInUse
    {
        ulong keyed = _secret.Base(srcBe, dstBe, dportBe, TimeBucket);
        ref uint hint = ref _hints[Padding + HintIndex(keyed)];

        // Plain load, no ordering: nothing else is published through the hint, any value is a valid start.
        uint start = hint + (uint)(Algorithm == EphemeralPortAlgorithm.V5_18 ? keyed >> 32 : keyed);
        ushort port = Algorithm < EphemeralPortAlgorithm.V4_5
            ? WalkInSequence(start, ref inUse, out uint step)
            : WalkByParity(start, ref inUse, out step);
        if (port != 0)
        {
            // Plain read and write as in the kernel: an advance made meanwhile by another thread may be lost.
            hint += Advance(step, ref random);
        }

        return port;
    }

    private int HintIndex(ulong keyed) => Algorithm switch
    {
        EphemeralPortAlgorithm.V5_18 => (int)(keyed & (LargeTableSize - 1)),
        EphemeralPortAlgorithm.V5_12 => (int)(((uint)keyed * GoldenRatio) >> (32 - SmallTableBits)),
        _ => 0,
    };

    private uint Advance(uint step, ref SplitMix64 random)
    {
        switch (Algorithm)
        {
            case EphemeralPortAlgorithm.V2_6_32:
                return step;
            case EphemeralPortAlgorithm.V4_2:
                return (step + 2) & ~1u;
            case EphemeralPortAlgorithm.V4_5:
                return step + 2;
            case EphemeralPortAlgorithm.V5_12:
                return (step == 0 && random.Next() % 16 == 0 ? 2 : step) + 2;
            default:
                return Math.Max(step, 2 * (uint)(random.Next() % 8)) + 2;
        }
    }

    // 2.6.32..4.4. The step counts from 1 in the oldest generation, from 0 in the next.
    private ushort WalkInSequence<TInUse>(uint start, ref TInUse inUse, out uint step)
        where TInUse : struct, IPortInUse
    {
        uint count = Range.Count;
        uint first = 1;
        if (Algorithm == EphemeralPortAlgorithm.V4_2)
        {
            start &= ~1u;
            first = 0;
        }

        for (step = first; step < first + count; step++)
        {
            ushort port = (ushort)(Range.Low + ((start + step) % count));
            if (!inUse.IsInUse(port))
            {
                return port;
            }
        }

        return 0;
    }

    // 4.5 and later: every second port from an even offset, then every second port in between. The step starts over in the second pass.
    private ushort WalkByParity<TInUse>(uint start, ref TInUse inUse, out uint step)
        where TInUse : struct, IPortInUse
    {
        uint count = Range.Count > 1 ? Range.Count & ~1u : 1;
        uint offset = start % count & ~1u;
        uint passes = Math.Min(count, 2);
        for (uint pass = 0; pass < passes; pass++)
        {
            uint candidate = Range.Low + offset + pass;
            for (step = 0; step < count; step += 2)
            {
                // Compared with the range as given: in one of odd size a walk that wraps tries the last port in place of the first.
                if (candidate > Range.High)
                {
                    candidate -= count;
                }

                if (!inUse.IsInUse((ushort)candidate))
                {
                    return (ushort)candidate;
                }

                candidate += 2;
            }
        }

        step = 0;
        return 0;
    }
}
