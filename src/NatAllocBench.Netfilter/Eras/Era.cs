namespace NatAllocBench.Netfilter.Eras;

/// <summary>One kernel era: a name, the releases it covers and its traits.</summary>
/// <param name="Name">
/// First mainline release of the era, for example <c>4.19</c>; a stable series such as <c>4.14-lts</c>; or one kernel's version string.
/// </param>
/// <param name="Releases">The releases in words.</param>
/// <param name="Changes">What came with it.</param>
/// <param name="Traits">All that the model needs to know.</param>
public sealed record Era(string Name, string Releases, string Changes, EraTraits Traits)
{
    /// <summary>Runs <paramref name="visitor"/> with the hot traits of this era as a type argument.</summary>
    /// <typeparam name="TVisitor">The visitor.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="visitor">Receives the type argument.</param>
    /// <exception cref="NotSupportedException">No implementation of <see cref="IEra"/> has this era's hot traits.</exception>
    public TResult Accept<TVisitor, TResult>(TVisitor visitor)
        where TVisitor : IEraVisitor<TResult> => (Traits.Hash, Traits.Search, Traits.GlobalLock) switch
        {
            (TableHash.Jenkins2, PortSearch.ScanAll, true) => visitor.Visit<Linux2_6_32>(this),
            (TableHash.Jenkins2, PortSearch.ScanLastUnchecked, true) => visitor.Visit<Linux2_6_36>(this),
            (TableHash.Jenkins3, PortSearch.ScanLastUnchecked, true) => visitor.Visit<Linux3_1>(this),
            (TableHash.Jenkins3, PortSearch.ScanLastUnchecked, false) => visitor.Visit<Linux3_15>(this),
            (TableHash.Jenkins3, PortSearch.Limited, false) => visitor.Visit<Linux5_0>(this),
            (TableHash.Jenkins3, PortSearch.LimitedEvicting, false) => visitor.Visit<RedHat8>(this),
            (TableHash.SipHash48, PortSearch.LimitedEvicting, false) => visitor.Visit<RedHat9>(this),
            (TableHash.SipHash48, PortSearch.Limited, false) => visitor.Visit<Linux5_15>(this),
            (TableHash.SipHash4Words, PortSearch.Limited, false) => visitor.Visit<Linux6_2>(this),
            (TableHash.SipHash39, PortSearch.LimitedEvicting, false) => visitor.Visit<Linux6_5>(this),
            (TableHash.Wyhash, PortSearch.LimitedEvicting, false) => visitor.Visit<FastHashed>(this),
            _ => throw new NotSupportedException($"no table is compiled for the traits of era {Name}"),
        };

    /// <summary>The release that the era is named after; for a stable series the release it branched from.</summary>
    public KernelVersion Version => KernelVersion.Parse(Name.Split('-')[0]);

    /// <summary>
    /// What-if, no kernel does this: this era with a fast keyed hash in both tables, so that what SipHash costs can be told. Null where
    /// another hash than that of 6.5 and later is to be replaced.
    /// </summary>
    public Era? WithFastHash() => Traits is { Hash: TableHash.SipHash39, BySourceHash: BySourceHash.SipHash32 }
        ? this with { Traits = Traits with { Hash = TableHash.Wyhash, BySourceHash = BySourceHash.Wyhash } }
        : null;

    /// <summary>Whether a search without flags starts at the rover.</summary>
    public bool HasRover => Traits.DefaultStart == StartOffset.Rover;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Receives an era's hot traits as a type argument.</summary>
/// <typeparam name="TResult">What the visit returns.</typeparam>
public interface IEraVisitor<out TResult>
{
    /// <summary>Called once with the era's type.</summary>
    /// <typeparam name="TEra">The hot traits.</typeparam>
    /// <param name="era">The era that was visited.</param>
    TResult Visit<TEra>(Era era)
        where TEra : struct, IEra;
}
