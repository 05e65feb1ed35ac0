namespace NatAllocBench.Results.Model;

/// <summary>What the name of a table design says in a run of <c>throughput</c>.</summary>
public static class DesignNames
{
    /// <summary>End of a name whose design has wyhash: of the model's designs instead of the kernel's own hash.</summary>
    public const string Wyhash = "-wyhash";

    /// <summary>End of a name whose design has SipHash-2-4, where it has a choice.</summary>
    public const string SipHash = "-siphash";

    /// <summary>End of a name whose design has CRC32C.</summary>
    public const string Crc32C = "-crc32c";

    private static readonly string[] OfTheModel = ["kernel-locks", "lock-free", "batched"];
    private static readonly string[] Reserving = ["reserve", "reserve-lock-free"];

    /// <summary>Whether no kernel does what the design does: a what-if of the model.</summary>
    /// <param name="design">Its name.</param>
    public static bool IsWhatIf(string design) =>
        Reserving.Contains(design) || (WithoutHash(design) is { } bare && OfTheModel.Contains(bare));

    /// <summary>The hash of its tables' keys, in words.</summary>
    /// <param name="design">Its name.</param>
    public static string Hash(string design) =>
        design.EndsWith(Wyhash, StringComparison.Ordinal) ? "wyhash"
        : design.EndsWith(SipHash, StringComparison.Ordinal) || design == "floor" ? "SipHash"
        : design.EndsWith(Crc32C, StringComparison.Ordinal) ? "CRC32C"
        : design.Contains("Dictionary", StringComparison.Ordinal) ? "HashCode.Combine"
        : "the kernel's";

    /// <summary>The design that does the same with SipHash, where this one has a fast hash; else null.</summary>
    /// <param name="design">Its name.</param>
    public static string? WithSipHash(string design) =>
        WithoutHash(design) is { } model && OfTheModel.Contains(model) ? model
        : (WithoutHash(design) ?? Without(design, Crc32C)) is { } peer ? peer + SipHash
        : null;

    private static string? WithoutHash(string design) => Without(design, Wyhash);

    private static string? Without(string design, string end) =>
        design.EndsWith(end, StringComparison.Ordinal) ? design[..^end.Length] : null;
}
