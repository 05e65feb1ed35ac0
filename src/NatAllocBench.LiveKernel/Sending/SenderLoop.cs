using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Random;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The loops a pinned sender spends its time in. Any change here moves measured rates. No allocation and no lock; compiled optimised at
/// once, because the first packets of a run are measured too.
/// </summary>
internal static class SenderLoop
{
    /// <summary>Free running, one system call per packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Single(RawSocket socket, FlowTuple[] flows, CoRunMeeting meeting, ref long attempted)
    {
        long sent = 0;
        for (int i = 0; i < flows.Length && !meeting.Ended; i++)
        {
            socket.Prepare(0, flows[i]);
            sent += socket.SendPrepared(0) ? 1 : 0;
            attempted++;
        }

        return sent;
    }

    /// <summary>Free running, a batch per system call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Batched(RawSocket socket, FlowTuple[] flows, CoRunMeeting meeting, ref long attempted)
    {
        long sent = 0;
        for (int start = 0; start < flows.Length && !meeting.Ended; start += socket.Capacity)
        {
            int count = Math.Min(socket.Capacity, flows.Length - start);
            for (int slot = 0; slot < count; slot++)
            {
                socket.Prepare(slot, flows[start + slot]);
            }

            sent += socket.SendBatch(count);
            attempted += count;
        }

        return sent;
    }

    /// <summary>One packet at each due time; a sender that falls behind sends at once until it has caught up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Paced(
        RawSocket socket, FlowTuple[] flows, CoRunMeeting meeting, SplitMix64 random, bool poisson, double meanTicks, ref long attempted)
    {
        long sent = 0;
        ulong start = TickClock.Now();
        double due = 0;
        for (int i = 0; i < flows.Length && !meeting.Ended; i++)
        {
            due += poisson ? meanTicks * random.NextExponential() : meanTicks;
            socket.Prepare(0, flows[i]);
            while (TickClock.Now() - start < (ulong)due && !meeting.Ended)
            {
            }

            sent += socket.SendPrepared(0) ? 1 : 0;
            attempted++;
        }

        return sent;
    }

    /// <summary>
    /// A meeting, then each packet after an exponential delay of its own; one that is due while another is in the kernel follows it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Tick(
        RawSocket socket, FlowTuple[] flows, CoRunMeeting meeting, int sender, SplitMix64 random, double meanTicks, ref long attempted)
    {
        long sent = 0;
        long round = 1;
        Span<ulong> due = new ulong[socket.Capacity];
        for (int start = 0; start < flows.Length; start += socket.Capacity)
        {
            int count = Math.Min(socket.Capacity, flows.Length - start);
            for (int slot = 0; slot < count; slot++)
            {
                socket.Prepare(slot, flows[start + slot]);
                due[slot] = (ulong)(meanTicks * random.NextExponential());
            }

            // Which client comes first does not matter: their ports are the same and their addresses only tell them apart.
            due[..count].Sort();
            if (!meeting.Meet(sender, ++round))
            {
                break;
            }

            ulong tick = TickClock.Now();
            for (int slot = 0; slot < count; slot++)
            {
                BusyWait.Until(tick + due[slot]);
                sent += socket.SendPrepared(slot) ? 1 : 0;
            }

            attempted += count;
        }

        return sent;
    }

    /// <summary>A meeting, an own random wait, then the packets of this meeting back to back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Lockstep(
        RawSocket socket, FlowTuple[] flows, CoRunMeeting meeting, int sender, SplitMix64 random, double offsetTicks, ref long attempted)
    {
        long sent = 0;
        long round = 1;
        for (int start = 0; start < flows.Length; start += socket.Capacity)
        {
            int count = Math.Min(socket.Capacity, flows.Length - start);
            for (int slot = 0; slot < count; slot++)
            {
                socket.Prepare(slot, flows[start + slot]);
            }

            ulong wait = (ulong)(offsetTicks * random.NextUnit());
            if (!meeting.Meet(sender, ++round))
            {
                break;
            }

            BusyWait.For(wait);
            for (int slot = 0; slot < count; slot++)
            {
                sent += socket.SendPrepared(slot) ? 1 : 0;
            }

            attempted += count;
        }

        return sent;
    }
}
