namespace NatAllocBench.Tests.Node;

/// <summary>Files of a real node, made by netns.sh and traffic.py on kernel 6.18.44.</summary>
internal static class Sample
{
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Node", "Samples", name);

    public static string Text(string name) => File.ReadAllText(Path(name));
}
