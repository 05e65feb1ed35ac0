using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Node.Privacy;
using NatAllocBench.Node.Rules;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>A diagnosis for programs.</summary>
internal static class DiagnosisJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Of(Diagnosis diagnosis, AddressNames names)
    {
        var anonymiser = new TextAnonymiser(names);
        return JsonSerializer.Serialize(
            new
            {
                Era = diagnosis.Era.Era.Name,
                diagnosis.Era.Cautions,
                Entries = diagnosis.Files.Entries?.Entries,
                Translated = diagnosis.Files.Entries?.Translated,
                Log = diagnosis.Files.Log is { } log ? new { log.Seconds, Events = log.Entries, log.HasLostEvents } : null,
                Rules = diagnosis.Files.Rules.Select(rule => new
                {
                    rule.Place,
                    Match = anonymiser.Line(rule.Match),
                    Addresses = anonymiser.Line(rule.Addresses),
                    rule.Action,
                    Mode = RuleMode.Of(rule, diagnosis.Era.Era),
                    rule.Connections,
                    rule.Low,
                    rule.High,
                    Findings = RuleFindings.Of(rule, diagnosis.Files.Rules, diagnosis.Era.Era, diagnosis.Files.Sysctl),
                }),
                Destinations = diagnosis.Destinations.Select(destination => new
                {
                    Name = DiagnosisReport.Name(destination.Destination, names),
                    destination.Used,
                    destination.Limits.Ports,
                    destination.Load,
                    destination.Rate,
                    SearchFails = destination.Search.Failure,
                    destination.Search.Probes,
                    destination.Mode,
                }),
                diagnosis.Causes,
                diagnosis.RacePerSecond,
                diagnosis.ExhaustedPerSecond,
                diagnosis.Loss,
                diagnosis.HasFinding,
                Cures = new CureFinder(diagnosis).Find(),
            },
            Options) + "\n";
    }
}
