using System.Globalization;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>The place of an entry in a table.</summary>
/// <param name="number">From 0 on.</param>
public readonly struct Slot(uint number) : IEquatable<Slot>
{
    /// <summary>From 0 on.</summary>
    public readonly uint Number = number;

    /// <summary>No place.</summary>
    public static Slot None => new(uint.MaxValue);

    /// <summary>Whether it is no place.</summary>
    public bool IsNone => Number == uint.MaxValue;

    /// <summary>The link that points to the ORIGINAL node.</summary>
    internal Link Original => new(Number << 1);

    /// <summary>The link that points to the REPLY node.</summary>
    internal Link Reply => new((Number << 1) | 1);

    /// <summary>Whether both are the same place.</summary>
    public static bool operator ==(Slot left, Slot right) => left.Number == right.Number;

    /// <summary>Whether they are two places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator !=(Slot left, Slot right) => left.Number != right.Number;

    /// <inheritdoc/>
    public bool Equals(Slot other) => this == other;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Slot other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Number;

    /// <inheritdoc/>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
