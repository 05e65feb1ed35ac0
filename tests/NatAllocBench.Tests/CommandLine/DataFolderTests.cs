namespace NatAllocBench.Tests.CommandLine;

/// <summary>A program that was installed, outside of any checkout, keeps its runs in the user's data directory.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void An_installed_program_keeps_its_runs_in_the_data_directory_and_finds_them_again()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // the variable is one of Unix
        }

        string program = Install();
        string data = Directory.CreateDirectory(Path.Combine(_root, "data")).FullName;

        ProgramRun raced = ProgramRun.Installed(
            program, data, "race", "--eras", "4.14", "--clients", "2", "--connections", "100", "--max-trials", "1", "--seconds", "1",
            "--cpus", "1");
        string[] runs = Directory.GetFiles(Path.Combine(data, "natallocbench", "runs"), "run.json", SearchOption.AllDirectories);
        ProgramRun validated = ProgramRun.Installed(program, data, "validate");

        Assert.True(raced.ExitCode == 0, raced.Error);
        Assert.Single(runs);
        Assert.Contains(Path.GetDirectoryName(runs[0])!, raced.Output, StringComparison.Ordinal);
        Assert.True(validated.ExitCode == 0, validated.Output + validated.Error);
        Assert.Empty(Directory.GetFiles(program, "run.json", SearchOption.AllDirectories));
    }

    // The program's files, where no solution lies above them.
    private string Install()
    {
        string program = Directory.CreateDirectory(Path.Combine(_root, "program")).FullName;
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            if (Path.GetExtension(file) is ".dll" or ".json")
            {
                File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
            }
        }

        return program;
    }
}
