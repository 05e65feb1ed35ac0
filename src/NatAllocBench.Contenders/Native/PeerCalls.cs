using System.Runtime.InteropServices;

namespace NatAllocBench.Contenders.Native;

/// <summary>The calls of a built peer: <c>abi.h</c> in C#. A library stays loaded as long as the process lives.</summary>
internal sealed unsafe class PeerCalls
{
    private PeerCalls(nint library)
    {
        Create = (delegate* unmanaged<PeerWorkload*, byte*, int, void*>)NativeLibrary.GetExport(library, "nab_create");
        Destroy = (delegate* unmanaged<void*, void>)NativeLibrary.GetExport(library, "nab_destroy");
        Connect = (delegate* unmanaged<void*, int, int, int, int>)NativeLibrary.GetExport(library, "nab_connect");
        Delete = (delegate* unmanaged<void*, int, int, int, int>)NativeLibrary.GetExport(library, "nab_delete");
        PassLifetime = (delegate* unmanaged<void*, int, void>)NativeLibrary.GetExport(library, "nab_pass_lifetime");
        Expire = (delegate* unmanaged<void*, int, int, int, int>)NativeLibrary.GetExport(library, "nab_expire");
        Count = (delegate* unmanaged<void*, long>)NativeLibrary.GetExport(library, "nab_count");
        Bytes = (delegate* unmanaged<void*, long>)NativeLibrary.GetExport(library, "nab_bytes");
        Done = (delegate* unmanaged<void*, PeerWork>)NativeLibrary.GetExport(library, "nab_done");
        ReplyPort = (delegate* unmanaged<void*, int, int>)NativeLibrary.GetExport(library, "nab_reply_port");
        Prove = (delegate* unmanaged<void*, long, byte*, int, int>)NativeLibrary.GetExport(library, "nab_prove");
    }

    public delegate* unmanaged<PeerWorkload*, byte*, int, void*> Create { get; }

    public delegate* unmanaged<void*, void> Destroy { get; }

    public delegate* unmanaged<void*, int, int, int, int> Connect { get; }

    public delegate* unmanaged<void*, int, int, int, int> Delete { get; }

    public delegate* unmanaged<void*, int, void> PassLifetime { get; }

    public delegate* unmanaged<void*, int, int, int, int> Expire { get; }

    public delegate* unmanaged<void*, long> Count { get; }

    public delegate* unmanaged<void*, long> Bytes { get; }

    public delegate* unmanaged<void*, PeerWork> Done { get; }

    public delegate* unmanaged<void*, int, int> ReplyPort { get; }

    public delegate* unmanaged<void*, long, byte*, int, int> Prove { get; }

    /// <summary>Loads a built peer.</summary>
    /// <param name="library">Its path.</param>
    /// <returns>False where a library that it needs is missing.</returns>
    public static bool TryLoad(string library, out PeerCalls calls)
    {
        bool loaded = NativeLibrary.TryLoad(library, out nint handle);
        calls = loaded ? new PeerCalls(handle) : null!;
        return loaded;
    }
}

/// <summary><c>nab_workload</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PeerWorkload
{
    public uint Threads;
    public uint Connections;
    public uint Destinations;
    public uint FirstClient;
    public uint FirstDestination;
    public uint NatAddress;
    public uint LifetimeMs;
    public uint Buckets;
    public ushort SourcePort;
    public ushort DestinationPort;
    public ushort KeepsPort;
    public ushort Reserved;
    public ulong Seed;
    public ulong HashKey0;
    public ulong HashKey1;
}

/// <summary><c>nab_work</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PeerWork
{
    public long Probes;
    public long InsertFailed;
}
