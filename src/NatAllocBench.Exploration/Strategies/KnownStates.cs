using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>States from which everything was run, with the accesses that it consists of.</summary>
internal sealed class KnownStates
{
    /// <summary>A state from which fewer executions were run is not worth its memory.</summary>
    public const int FewestRuns = 2;

    /// <summary>Accesses that are kept, 32 bytes each; then all are forgotten, since those met last are met again first.</summary>
    private const int MostAccesses = 500_000;

    private readonly Dictionary<Fingerprint, (uint Sleep, LaterAccess[] Later)> _states = [];
    private int _accesses;

    /// <summary>Numbers of the accesses of this search.</summary>
    public AccessNumbers Numbers { get; } = new();

    /// <summary>What was run from a state, if that is all that has to be run from it now.</summary>
    /// <param name="state">The state.</param>
    /// <param name="sleep">Processes that need not be tried now: those that were not tried then must be among them.</param>
    public LaterAccess[]? Find(in Fingerprint state, uint sleep) =>
        _states.TryGetValue(state, out (uint Sleep, LaterAccess[] Later) known) && (known.Sleep & ~sleep) == 0 ? known.Later : null;

    /// <summary>Keeps a state from which everything was run but for the processes that slept.</summary>
    public void Add(in Fingerprint state, uint sleep, LaterAccesses later)
    {
        if (_states.TryGetValue(state, out (uint Sleep, LaterAccess[] Later) known))
        {
            if ((known.Sleep & ~sleep) == 0)
            {
                return; // what is known is worth more
            }

            _accesses -= known.Later.Length;
            _states.Remove(state);
        }

        if (_accesses > MostAccesses)
        {
            _states.Clear();
            _accesses = 0;
        }

        LaterAccess[] accesses = later.All.ToArray();
        _states.Add(state, (sleep, accesses));
        _accesses += accesses.Length;
    }
}
