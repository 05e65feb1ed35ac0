using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class HashingAllocationTests
{
    [OptimizedFact]
    public void No_hash_allocates_managed_memory()
    {
        byte[] message = new byte[39];
        byte[] address = new byte[16];
        uint[] words = new uint[16];
        ulong[] lanes = new ulong[16], hashes = new ulong[8];
        SipStates8 prefixes = default;
        RunAll(message, address, words, lanes, hashes, prefixes);

        long before = GC.GetAllocatedBytesForCurrentThread();
        ulong sum = RunAll(message, address, words, lanes, hashes, prefixes);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.NotEqual(0UL, sum);
    }

    private static ulong RunAll(
        byte[] message, byte[] address, uint[] words, ulong[] lanes, ulong[] hashes, in SipStates8 prefixes)
    {
        SipKey key = new(1, 2);
        ulong sum = SipHash24.Hash(key, message) + SipHash24.Hash12(key, 1, 2, 3) + SipHash24.Hash16Bytes(key, 1, 2);
        sum += SipHash24.Hash32Bytes(key, 1, 2, 3, 4) + SipHash24.Hash39Bytes(key, 1, 2, 3, 4, 5);
        sum += SipHash24.Hash48Bytes(key, 1, 2, 3, 4, 5, 6);
        sum += Jenkins3.Hash(words, 1) + Jenkins3.Hash9(1, 2, 3, 4, 5, 6, 7, 8, 9, 1) + Jenkins2.Hash(words, 1);
        sum += PortSecret.Md5IPv4(words, 1, 2, 3) + PortSecret.Md5IPv6(words, address, address, 3);
        sum += PortSecret.SipIPv4(key, 1, 2, 3) + PortSecret.SipIPv6(key, address, address, 3);
        SipHash24Lanes.Hash(key, lanes, 2, hashes);
        sum += hashes[0];
        SipHash24Lanes.HashTails(SipState.Start(key), lanes, hashes);
        sum += hashes[1];
        SipHash24Lanes.HashTails(prefixes, lanes, hashes);
        return sum + hashes[2];
    }
}
