namespace NatAllocBench.Allocators.Race;

/// <summary>When the connections of one call begin; a type parameter, so that nothing is virtual between two of them.</summary>
public interface IPace
{
    /// <summary>Waits for the moment of a connection.</summary>
    /// <param name="index">Its place in the call.</param>
    /// <returns>Whether it begins; false ends the call.</returns>
    bool Begin(int index);

    /// <summary>Told when it is over.</summary>
    /// <param name="index">Its place in the call.</param>
    void End(int index);
}
