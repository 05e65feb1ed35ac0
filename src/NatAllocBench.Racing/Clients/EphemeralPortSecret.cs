using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Platform.Random;

namespace NatAllocBench.Racing.Clients;

/// <summary>
/// The keyed base offset of a connection (<c>secure_ipv4_port_ephemeral</c>): MD5 up to 4.10, SipHash from 4.11, from 5.18 with the time
/// mixed in and all 64 bits used. The key is per host: containers with the same address share their bases.
/// </summary>
internal sealed class EphemeralPortSecret
{
    private static readonly KernelVersion SipHashSince = new(4, 11);

    private readonly uint[]? _md5Secret;
    private readonly SipKey _key;
    private readonly bool _isTimed;

    internal EphemeralPortSecret(KernelVersion version, EphemeralPortAlgorithm algorithm, ref SplitMix64 random)
    {
        _isTimed = algorithm == EphemeralPortAlgorithm.V5_18;
        _key = new SipKey(random.Next(), random.Next());
        if (version < SipHashSince)
        {
            _md5Secret = new uint[PortSecret.Md5SecretWords];
            foreach (ref uint word in _md5Secret.AsSpan())
            {
                word = (uint)random.Next();
            }
        }
    }

    internal ulong Base(uint srcBe, uint dstBe, ushort dportBe, uint timeBucket)
    {
        if (_isTimed)
        {
            return SipHash24.Hash16Bytes(_key, srcBe | ((ulong)dstBe << 32), dportBe | ((ulong)timeBucket << 32));
        }

        return _md5Secret is null
            ? PortSecret.SipIPv4(_key, srcBe, dstBe, dportBe)
            : PortSecret.Md5IPv4(_md5Secret, srcBe, dstBe, dportBe);
    }
}
