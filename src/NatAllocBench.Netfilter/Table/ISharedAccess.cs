using System.Diagnostics.CodeAnalysis;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The only way in which the table and the port search touch a word that several CPUs use. A design implements it, so an exploration can
/// run the same code with a scheduler at every access. <see cref="IDirectAccess"/> is the implementation that costs nothing.
/// </summary>
/// <remarks>
/// All words are in native or pinned memory, except the reference to the bucket array. Access to words that a lock protects needs no member
/// here, and neither does what one CPU has for itself.
/// </remarks>
[SuppressMessage("Naming", "CA1716", Justification = "The members have the names of what they do in every memory model.")]
public unsafe interface ISharedAccess
{
    /// <summary>Load, acquire: later accesses stay after it.</summary>
    static abstract uint Read(ref uint word);

    /// <inheritdoc cref="Read(ref uint)"/>
    static abstract ulong Read(ref ulong word);

    /// <inheritdoc cref="Read(ref uint)"/>
    internal static abstract Link Read(ref Link word);

    /// <inheritdoc cref="Read(ref uint)"/>
    /// <typeparam name="T">Type of the object.</typeparam>
    static abstract T Read<T>(ref T word)
        where T : class?;

    /// <summary>Store, release: earlier accesses stay before it.</summary>
    /// <param name="value">The new value.</param>
    static abstract void Write(ref ulong word, ulong value);

    /// <inheritdoc cref="Write(ref ulong, ulong)"/>
    internal static abstract void Write(ref Link word, Link value);

    /// <inheritdoc cref="Write(ref ulong, ulong)"/>
    /// <typeparam name="T">Type of the object.</typeparam>
    static abstract void Write<T>(ref T word, T value)
        where T : class?;

    /// <summary>Compare and swap, full fence.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="comparand">Stored only if this is the present value.</param>
    /// <returns>The value before.</returns>
    static abstract uint CompareExchange(ref uint word, uint value, uint comparand);

    /// <inheritdoc cref="CompareExchange(ref uint, uint, uint)"/>
    static abstract ulong CompareExchange(ref ulong word, ulong value, ulong comparand);

    /// <inheritdoc cref="CompareExchange(ref uint, uint, uint)"/>
    internal static abstract Link CompareExchange(ref Link word, Link value, Link comparand);

    /// <summary>Swap, full fence.</summary>
    /// <param name="value">The new value.</param>
    /// <returns>The value before.</returns>
    static abstract ulong Exchange(ref ulong word, ulong value);

    /// <summary>Addition, modulo the width, full fence.</summary>
    /// <param name="value">The summand.</param>
    /// <returns>The value after.</returns>
    static abstract uint Add(ref uint word, uint value);

    /// <inheritdoc cref="Add(ref uint, uint)"/>
    static abstract ulong Add(ref ulong word, ulong value);

    /// <summary>Bitwise and, full fence.</summary>
    /// <param name="value">The mask.</param>
    static abstract void And(ref ulong word, ulong value);

    /// <summary>Bitwise or, full fence.</summary>
    /// <param name="value">The bits to set.</param>
    internal static abstract void Or(ref Link word, uint value);

    /// <inheritdoc cref="Or(ref Link, uint)"/>
    static abstract void Or(ref ulong word, ulong value);

    /// <summary>Takes a spin lock: full fence, waits while another CPU holds it.</summary>
    /// <param name="word">0: free.</param>
    static abstract void Lock(ref int word);

    /// <summary>Gives a spin lock back: release.</summary>
    /// <param name="word">The lock that the caller holds.</param>
    static abstract void Unlock(ref int word);

    /// <summary>One turn of a loop that waits for another CPU.</summary>
    /// <param name="spinner">The loop's spinner.</param>
    /// <param name="first">Word that this turn has read; the loop ends only after a store to it or to the second.</param>
    /// <param name="second">The second word, or null.</param>
    static abstract void Await(ref SpinWait spinner, void* first, void* second = null);

    /// <summary>One turn of a loop that waits for another object in a place.</summary>
    /// <typeparam name="T">Type of the object.</typeparam>
    /// <param name="spinner">The loop's spinner.</param>
    /// <param name="word">The place that this turn has read.</param>
    static abstract void Await<T>(ref SpinWait spinner, ref T word)
        where T : class?;

    /// <summary>Full fence of this CPU.</summary>
    static abstract void Fence();

    /// <summary>Earlier loads stay before later ones.</summary>
    static abstract void LoadFence();

    /// <summary>Full fence of every CPU that runs a thread of this process.</summary>
    static abstract void ProcessFence();

    /// <summary>
    /// Announces a plain access that races with other CPUs. The access follows it, with no other shared access in between. Does nothing
    /// in a table that is not explored.
    /// </summary>
    /// <param name="kind">What follows.</param>
    /// <param name="address">First byte.</param>
    /// <param name="bytes">Number of bytes.</param>
    static abstract void Plain(AccessKind kind, void* address, int bytes);
}

/// <summary>What a plain access does.</summary>
public enum AccessKind
{
    /// <summary>A load.</summary>
    Read,

    /// <summary>A store.</summary>
    Write,
}
