namespace NatAllocBench.Platform.Meeting;

/// <summary>How long a waiter spins before it starts to yield its CPU.</summary>
internal static class SpinBudget
{
    // About 40 ns a step: 80 us cover every meeting of workers that really run at once.
    private const int Full = 2000;

    // With fewer CPUs than workers the one waited for may need this very CPU.
    private const int Oversubscribed = 20;

    internal static int For(int participants) => participants <= Environment.ProcessorCount ? Full : Oversubscribed;

    internal static void Step(ref int spinsLeft)
    {
        if (spinsLeft > 0)
        {
            spinsLeft--;
            Thread.SpinWait(1);
        }
        else
        {
            Thread.Yield();
        }
    }
}
