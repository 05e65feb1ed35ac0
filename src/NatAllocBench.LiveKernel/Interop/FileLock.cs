using System.Runtime.InteropServices;

namespace NatAllocBench.LiveKernel.Interop;

/// <summary>A file that one process at a time holds; the kernel gives it back when the holder dies.</summary>
internal sealed class FileLock : IDisposable
{
    private const int OwnerReadWrite = 0x180;

    private readonly int _fd;

    private FileLock(int fd) => _fd = fd;

    /// <summary>Waits until nobody else holds the file.</summary>
    /// <param name="path">The file; it is made where it is missing.</param>
    /// <exception cref="IOException">It cannot be opened or locked.</exception>
    public static FileLock Take(string path)
    {
        int fd = Libc.Open(path, Libc.OpenReadWriteCreateCloseOnExec, OwnerReadWrite);
        if (fd < 0)
        {
            throw new IOException($"cannot open {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        while (Libc.FLock(fd, Libc.LockExclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
            {
                string reason = Marshal.GetLastPInvokeErrorMessage();
                _ = Libc.Close(fd);
                throw new IOException($"cannot lock {path}: {reason}");
            }
        }

        return new FileLock(fd);
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.Close(_fd);
}
