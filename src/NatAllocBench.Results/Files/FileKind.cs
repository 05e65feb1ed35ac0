using System.Runtime.InteropServices;

namespace NatAllocBench.Results.Files;

/// <summary>Tells regular files from devices, pipes and sockets, and finds where a link leads.</summary>
public static partial class FileKind
{
    /// <summary>What to say of one that was to be read: opening a pipe waits for its other end, and a device may never end.</summary>
    public const string Refusal = "is a pipe or a device; write what comes from it to a file first";

    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint OnlyType = 1; // STATX_TYPE
    private const int ModeOffset = 28; // stx_mode, the same on every architecture
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int DirectoryFile = 0x4000;

    /// <summary>
    /// Whether something is there, links followed, that is neither a regular file nor a directory. Known exactly on Linux; elsewhere
    /// everything below <c>/dev</c> counts.
    /// </summary>
    /// <returns>True for a device, a pipe or a socket.</returns>
    public static unsafe bool IsSpecial(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            return false;
        }

        if (!OperatingSystem.IsLinux())
        {
            return !OperatingSystem.IsWindows() && Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal);
        }

        byte* status = stackalloc byte[256];
        int type = Statx(CurrentDirectory, path, 0, OnlyType, status) == 0 ? *(ushort*)(status + ModeOffset) & TypeMask : RegularFile;
        return type is not (RegularFile or DirectoryFile);
    }

    /// <summary>The file that a path names in the end.</summary>
    /// <returns>Where the last link leads, or the path itself.</returns>
    public static string Target(string path) => new FileInfo(path) is { LinkTarget: not null } link
        ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
        : path;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* status);
}
