namespace NatAllocBench.Exploration.Engine;

/// <summary>Which executions of a program are tried, one after the other.</summary>
internal interface IStrategy
{
    /// <summary>The answer of <see cref="Decide"/> that ends an execution early.</summary>
    const int Abandon = -1;

    /// <summary>Whether every access is a decision, not only those to shared locations.</summary>
    bool AsksForAll => false;

    /// <summary>Whether what the threads see is kept from the beginning of the next execution.</summary>
    bool WatchesFromBeginning => false;

    /// <summary>Roughly which part of the search is done, 0 to 1; 0 where that is not known.</summary>
    double Progress => 0;

    /// <summary>Goes on to the next execution; false if there is none left.</summary>
    bool MoveNext();

    /// <summary>The process that makes the next step, one of the enabled ones.</summary>
    /// <param name="view">What there is to choose from.</param>
    int Decide(ProcessView view);

    /// <summary>No process can make a step: a deadlock.</summary>
    /// <param name="view">What each of them waits to do.</param>
    void Block(ProcessView view)
    {
    }

    /// <summary>A choice that is not about order, from 0.</summary>
    /// <param name="alternatives">Number of alternatives.</param>
    int Choose(int alternatives);
}
