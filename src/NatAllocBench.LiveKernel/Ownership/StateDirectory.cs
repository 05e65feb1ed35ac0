using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The directory that remembers, across processes and crashes, who is running and which sysctls were changed:
/// <c>owners/NAME</c> for every run, <c>sysctls</c> with the values to put back, <c>lock</c> to take turns.
/// </summary>
internal sealed class StateDirectory
{
    /// <summary>Opens the directory and creates it when it is missing.</summary>
    /// <param name="path">Null takes <see cref="DefaultPath"/>. All runs on a machine must use the same one, or their sysctls are not
    /// counted together.</param>
    public StateDirectory(string? path = null)
    {
        Root = path ?? DefaultPath;
        _ = Directory.CreateDirectory(OwnersPath);
    }

    /// <summary><c>/run/nat-alloc-bench</c>: emptied at boot, like the namespaces and sysctls it speaks of.</summary>
    public static string DefaultPath => "/run/nat-alloc-bench";

    /// <summary>The directory itself.</summary>
    public string Root { get; }

    internal string OwnersPath => Path.Combine(Root, "owners");

    internal string SysctlsPath => Path.Combine(Root, "sysctls");

    /// <summary>Runs <paramref name="body"/> while no other process is inside; the kernel gives the lock back when a holder dies.</summary>
    internal T Locked<T>(Func<T> body)
    {
        using FileLock taken = FileLock.Take(Path.Combine(Root, "lock"));
        return body();
    }

    /// <summary>Writes the file whole or not at all, and on disk before this returns.</summary>
    internal static void WriteDurably(string path, string text)
    {
        string temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            using (var writer = new StreamWriter(file, leaveOpen: true))
            {
                writer.Write(text);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The runs registered here, with those of dead processes.</summary>
    internal IReadOnlyList<OwnerIdentity> Owners() =>
        [.. Directory.EnumerateFiles(OwnersPath).Select(file => OwnerIdentity.Parse(Path.GetFileName(file))).OfType<OwnerIdentity>()];

    internal void AddOwner(OwnerIdentity owner) => File.WriteAllText(Path.Combine(OwnersPath, owner.Name), string.Empty);

    internal void RemoveOwner(OwnerIdentity owner) => File.Delete(Path.Combine(OwnersPath, owner.Name));
}
