using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

public class TicketLockTests
{
    [Fact]
    public void One_thread_at_a_time_is_inside()
    {
        const int Turns = 100_000; // the tickets wrap
        int word = 0;
        long inside = 0;
        void Work()
        {
            for (int i = 0; i < Turns; i++)
            {
                TicketLock32.Enter(ref word);
                inside++;
                TicketLock32.Exit(ref word);
            }
        }

        var other = new Thread(Work);
        other.Start();
        Work();
        other.Join();

        Assert.Equal(2 * Turns, inside);
    }

    [Fact]
    public void Who_asks_first_gets_it_first()
    {
        int word = 0;
        List<int> order = [];
        Thread Waiter(int number) => new(() =>
        {
            TicketLock32.Enter(ref word);
            order.Add(number);
            TicketLock32.Exit(ref word);
        });
        TicketLock32.Enter(ref word);
        Thread[] waiters = [.. Enumerable.Range(0, 4).Select(Waiter)];
        for (int i = 0; i < waiters.Length; i++)
        {
            waiters[i].Start();
            SpinWait.SpinUntil(() => Volatile.Read(ref word) >> 16 == i + 2); // it has its ticket
        }

        TicketLock32.Exit(ref word);
        Array.ForEach(waiters, waiter => waiter.Join());

        Assert.Equal([0, 1, 2, 3], order);
    }
}
