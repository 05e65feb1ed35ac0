using k8s;
using k8s.Models;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Sweeping;
using NatAllocBench.Tests.Repository;
using YamlDotNet.Core;

namespace NatAllocBench.Tests.Sweeping;

/// <summary>The files that docs/many-machines.md shows are those that the program and Kubernetes know.</summary>
public sealed class ManyMachinesPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryTests.Root, "docs", "many-machines.md"));

    [Fact]
    public void The_batch_script_is_what_the_program_writes_for_the_grid()
    {
        PresetFile preset = PresetFile.Load("grid");
        string[] split = ["eras", "occupancy", "window"];
        var plan = new SweepPlan { Preset = preset, Split = split, Seed = 1, SecondsOfTask = preset.Seconds / 29, MaxTrials = 2000 };

        Assert.Equal(
            SlurmJob.Text(new SweepFolder("/shared/grid", plan), ["/home/me/.dotnet/tools/natallocbench"]), Block("bash", "#!/bin/bash"));
    }

    /// <summary>Kubernetes' own client reads it, strictly: an unknown field or a value of another type is refused.</summary>
    [Fact]
    public void The_manifest_is_an_indexed_job_of_the_grids_tasks()
    {
        V1Job job = KubernetesYaml.Deserialize<V1Job>(Block("yaml", "apiVersion: batch/v1"), strict: true);

        Assert.Equal(("batch/v1", "Job", "Indexed"), (job.ApiVersion, job.Kind, job.Spec.CompletionMode));
        Assert.Equal(29, job.Spec.Completions);
        Assert.Equal("Never", job.Spec.Template.Spec.RestartPolicy);
        V1Container container = Assert.Single(job.Spec.Template.Spec.Containers);
        Assert.Equal(["sweep", "grid", "--seed", "1", "--out", "/sweep/grid", "--task"], container.Args);
        Assert.Equal(container.Resources.Limits["cpu"].ToString(), container.Resources.Requests["cpu"].ToString());
        Assert.Equal(Assert.Single(job.Spec.Template.Spec.Volumes).Name, Assert.Single(container.VolumeMounts).Name);
    }

    [Theory]
    [InlineData("completionMode:", "completionsMode:")]
    [InlineData("completions: 29", "completions: many")]
    [InlineData("    spec:", "    specs:")]
    public void The_manifest_with_a_slip_of_the_pen_is_refused(string right, string wrong) => Assert.ThrowsAny<YamlException>(
        () =>
            KubernetesYaml.Deserialize<V1Job>(
                Block("yaml", "apiVersion: batch/v1").Replace(right, wrong, StringComparison.Ordinal), strict: true));

    private static string Block(string language, string start)
    {
        int at = Page.IndexOf($"```{language}\n{start}", StringComparison.Ordinal);
        Assert.True(at >= 0, $"no block of {language} that begins with {start}");
        return Page[(at + language.Length + 4)..].Split("```")[0];
    }
}
