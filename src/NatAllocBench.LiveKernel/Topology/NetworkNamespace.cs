using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>Runs code inside a named network namespace, on a thread of its own that ends afterwards.</summary>
internal static class NetworkNamespace
{
    /// <summary>Where <c>ip netns</c> keeps the names.</summary>
    public const string Directory = "/run/netns";

    private const int DeleteAttempts = 3;

    /// <summary>
    /// Runs <paramref name="body"/> on a new thread inside the namespace and waits for it. Sockets and /proc/thread-self/net files
    /// opened there keep belonging to that namespace, whoever uses them later; the caller's thread stays where it is.
    /// </summary>
    /// <exception cref="InvalidOperationException">The namespace does not exist or cannot be entered.</exception>
    public static T Run<T>(string name, Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(body);
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                EnterOnCurrentThread(name);
                result = body();
            }
#pragma warning disable CA1031 // Whatever happened is rethrown on the calling thread.
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
#pragma warning restore CA1031
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>Deletes the namespace, if it is there, with everything in it.</summary>
    internal static void Delete(string name)
    {
        // A Ctrl-C in the terminal reaches the tool too; a second attempt then finishes the work.
        for (int attempt = 1; File.Exists(Path.Combine(Directory, name)); attempt++)
        {
            try
            {
                _ = ToolRunner.Run(Tool.Ip, "netns", "del", name);
            }
            catch (ToolFailedException) when (attempt < DeleteAttempts)
            {
            }
        }
    }

    /// <summary>Moves the calling thread into the namespace for good: never call it on a pool thread.</summary>
    internal static void EnterOnCurrentThread(string name)
    {
        int fd = Libc.Open(Path.Combine(Directory, name), Libc.OpenReadOnlyCloseOnExec);
        if (fd < 0)
        {
            throw new InvalidOperationException($"cannot open the network namespace {name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int entered = Libc.SetNs(fd, Libc.CloneNewNet);
        string reason = Marshal.GetLastPInvokeErrorMessage();
        _ = Libc.Close(fd);
        if (entered != 0)
        {
            throw new InvalidOperationException($"cannot enter the network namespace {name}: {reason}");
        }
    }
}
