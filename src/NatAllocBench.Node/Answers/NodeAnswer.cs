using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Monitoring;
using NatAllocBench.Node.Privacy;

namespace NatAllocBench.Node.Answers;

/// <summary>The answer of a diagnosis in every form.</summary>
/// <param name="Text">For people.</param>
/// <param name="Json">For programs.</param>
/// <param name="Textfile">For node_exporter; it has real addresses.</param>
/// <param name="HasFinding">Whether something is above the threshold.</param>
public sealed record NodeAnswer(string Text, string Json, string Textfile, bool HasFinding)
{
    /// <summary>Diagnoses a node from its files.</summary>
    /// <param name="now">Files or directories of the newest moment.</param>
    /// <param name="before">Those of an earlier moment; may be empty.</param>
    /// <param name="options">What the user says beside them.</param>
    /// <exception cref="NodeInputException">Something cannot be used; the message names it and the fix.</exception>
    public static NodeAnswer Of(IReadOnlyList<string> now, IReadOnlyList<string> before, DiagnoseOptions options)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(options);
        NodeFiles? earlier = before.Count > 0 ? NodeFiles.Read(before) : null;
        Diagnosis diagnosis = Diagnosis.Of(NodeFiles.Read(now), earlier, options);
        var names = new AddressNames(options.KeepAddresses);
        return new NodeAnswer(
            new DiagnosisReport(diagnosis, names).Text(), DiagnosisJson.Of(diagnosis, names), NodeTextfile.Of(diagnosis),
                diagnosis.HasFinding);
    }
}
