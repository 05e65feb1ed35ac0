using System.CommandLine;
using System.Diagnostics;
using NatAllocBench.Commands;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>A run of the program: as a process, as a user runs it, or in the tests' own process.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly Lock OneHere = new();

    /// <summary>Runs the program to its end in a directory of its own.</summary>
    public static ProgramRun Of(params string[] args) => Of(Path.GetTempPath(), _ => { }, args);

    /// <summary>
    /// Calls the program's entry in this process, which costs a hundredth of a start: for command lines that measure nothing. It takes over
    /// the one console and the current directory and shares the options of the commands, so one call waits for another.
    /// </summary>
    public static ProgramRun Here(params string[] args) => HereIn(Path.GetTempPath(), args);

    /// <summary>Calls the program's entry in this process, in a directory.</summary>
    public static ProgramRun HereIn(string directory, params string[] args)
    {
        using var output = new StringWriter();
        ProgramRun run = HereInto(output, directory, args);
        return run with { Output = output.ToString() };
    }

    /// <summary>Calls the program's entry in this process with an output of the caller's; the run itself has none.</summary>
    public static ProgramRun HereInto(TextWriter output, string[] args) => HereInto(output, Path.GetTempPath(), args);

    private static ProgramRun HereInto(TextWriter output, string directory, string[] args)
    {
        using Lock.Scope one = OneHere.EnterScope();
        (TextWriter terminal, TextWriter errors, string before) = (Console.Out, Console.Error, Environment.CurrentDirectory);
        using var error = new StringWriter();
        try
        {
            Console.SetOut(output);
            Console.SetError(error);
            Environment.CurrentDirectory = directory;
            int exitCode = Commands.CommandLine.Run(CommandTree.For(args), args);
            return new ProgramRun(exitCode, "", error.ToString());
        }
        finally
        {
            Console.SetOut(terminal);
            Console.SetError(errors);
            Environment.CurrentDirectory = before;
        }
    }

    /// <summary>The program with all of its commands, made while no call runs.</summary>
    public static RootCommand AllCommands()
    {
        using Lock.Scope one = OneHere.EnterScope();
        return CommandTree.For(["--help"]);
    }

    /// <summary>Runs several at once: for runs that mostly wait, and whose figures nobody looks at.</summary>
    public static Task<T[]> AllAtOnce<TInput, T>(IEnumerable<TInput> inputs, Func<TInput, T> run) =>
        Task.WhenAll(inputs.Select(input => Task.Factory.StartNew(
            () => run(input), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    /// <summary>Runs the program to its end with an environment variable set.</summary>
    public static ProgramRun With(string variable, string value, params string[] args)
    {
        ProcessStartInfo start = StartInfo(Path.GetTempPath(), args);
        start.Environment[variable] = value;
        return Of(start, _ => { });
    }

    /// <summary>Runs a copy of the program, with the data of its user in <paramref name="data"/>.</summary>
    public static ProgramRun Installed(string program, string data, params string[] args)
    {
        ProcessStartInfo start = StartInfo(data, args);
        start.ArgumentList[0] = Path.Combine(program, "NatAllocBench.dll");
        start.Environment["XDG_DATA_HOME"] = data;
        return Of(start, _ => { });
    }

    /// <summary>Runs the program; <paramref name="whileRunning"/> gets the process when it has printed its first line.</summary>
    public static ProgramRun Of(string directory, Action<Process> whileRunning, params string[] args) =>
        Of(StartInfo(directory, args), whileRunning);

    /// <summary>
    /// Has the program, and whatever else the process starts, compiled by the runtime's quick compiler: it starts a third sooner, and no
    /// test judges how fast it measures.
    /// </summary>
    public static ProcessStartInfo Quick(ProcessStartInfo start)
    {
        start.Environment["DOTNET_TieredCompilation"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }

    private static ProcessStartInfo StartInfo(string directory, string[] args) =>
        Quick(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll"), .. args])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });

    private static ProgramRun Of(ProcessStartInfo start, Action<Process> whileRunning)
    {
        using Process process = Process.Start(start)!;
        using var guard = new Timer(_ => Kill(process), null, Patience, Timeout.InfiniteTimeSpan);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string first = process.StandardOutput.ReadLine() ?? "";
        whileRunning(process);
        string output = first + Environment.NewLine + process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output, error.Result);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended, and the timer came late: nothing is left to kill.
        }
    }
}
