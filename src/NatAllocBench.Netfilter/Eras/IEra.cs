namespace NatAllocBench.Netfilter.Eras;

/// <summary>
/// The traits that the hot path depends on, as a type parameter: the JIT compiles the table once for each implementation and
/// drops every branch that the era does not take. <see cref="EraTraits"/> has the others.
/// </summary>
public interface IEra
{
    /// <summary>Hash of the conntrack table.</summary>
    static abstract TableHash Hash { get; }

    /// <summary>Search loop of the allocator.</summary>
    static abstract PortSearch Search { get; }

    /// <summary>Whether one lock guards the whole table.</summary>
    static abstract bool GlobalLock { get; }
}

/// <summary>2.6.32 to 2.6.35.</summary>
public readonly struct Linux2_6_32 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.Jenkins2;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.ScanAll;

    /// <inheritdoc/>
    public static bool GlobalLock => true;
}

/// <summary>2.6.36 and 2.6.37.</summary>
public readonly struct Linux2_6_36 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.Jenkins2;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.ScanLastUnchecked;

    /// <inheritdoc/>
    public static bool GlobalLock => true;
}

/// <summary>3.1 to 3.14.</summary>
public readonly struct Linux3_1 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.Jenkins3;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.ScanLastUnchecked;

    /// <inheritdoc/>
    public static bool GlobalLock => true;
}

/// <summary>3.15 to 4.20: the article's kernels.</summary>
public readonly struct Linux3_15 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.Jenkins3;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.ScanLastUnchecked;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}

/// <summary>5.0 to 5.14, and the stable kernels 4.9.300, 4.14.265 and 4.19.228 and later.</summary>
public readonly struct Linux5_0 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.Jenkins3;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.Limited;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}

/// <summary>RHEL 8.9 and later: the table of 4.18 with the search of 6.5.</summary>
public readonly struct RedHat8 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.Jenkins3;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.LimitedEvicting;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}

/// <summary>RHEL 9.3 and later: the table of 5.15 with the search of 6.5.</summary>
public readonly struct RedHat9 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.SipHash48;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.LimitedEvicting;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}

/// <summary>5.15 to 6.1.</summary>
public readonly struct Linux5_15 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.SipHash48;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.Limited;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}

/// <summary>6.2 to 6.4.</summary>
public readonly struct Linux6_2 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.SipHash4Words;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.Limited;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}

/// <summary>What-if, no kernel does this: 6.5 and later with a fast keyed hash instead of SipHash.</summary>
public readonly struct FastHashed : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.Wyhash;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.LimitedEvicting;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}

/// <summary>6.5 and later.</summary>
public readonly struct Linux6_5 : IEra
{
    /// <inheritdoc/>
    public static TableHash Hash => TableHash.SipHash39;

    /// <inheritdoc/>
    public static PortSearch Search => PortSearch.LimitedEvicting;

    /// <inheritdoc/>
    public static bool GlobalLock => false;
}
