using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Vpp;

/// <summary><c>vpp_det44</c>: a client's map and one new flow.</summary>
internal static class DetChecks
{
    public static void One(VectorObject line, Comparison comparison)
    {
        (uint inside, int insideLength) = Prefix(line.Object("map").Text("inside"));
        (uint outside, int outsideLength) = Prefix(line.Object("map").Text("outside"));
        var map = new DetMap(inside, insideLength, outside, outsideLength);
        (uint address, ushort lowPort) = map.Forward(AddressText.Parse<uint>(line.Text("user")));
        DetResult result = Sessions(line).Connect(
            line.Port("in_port"), AddressText.Parse<uint>(line.Text("ext")), line.Port("ext_port"), lowPort, map.PortsPerHost);

        bool ok = result.Slot >= 0;
        VectorObject expected = line.Object("out");
        comparison.Expect("sharing_ratio", expected.Number("sharing_ratio"), map.SharingRatio);
        comparison.Expect("ports_per_host", expected.Number("ports_per_host"), map.PortsPerHost);
        comparison.Expect("out_addr", expected.Text("out_addr"), AddressText.Of(address));
        comparison.Expect("low_port", expected.Port("low_port"), lowPort);
        comparison.Expect("existing", expected.Flag("existing"), result.Existing);
        comparison.Expect("ok", expected.Flag("ok"), ok);
        comparison.Expect("port", expected.NumberOrNull("port"), ok ? result.Port : null);
        comparison.Expect("probes", expected.Number("probes"), result.Probes);
        comparison.Expect("slot", expected.Signed("slot"), result.Slot);
        comparison.Expect("max_entries_logged", expected.Flag("max_entries_logged"), result.IsFull);
        comparison.Expect(
            "reverse_user", expected.Text("reverse_user"), AddressText.Of(map.Reverse(address, ok ? result.Port : lowPort)));
    }

    private static DetSessions Sessions(VectorObject line)
    {
        var sessions = new DetSessions();
        JsonElement[][] rows = line.MixedRows("sessions", 4);
        for (int slot = 0; slot < rows.Length; slot++)
        {
            JsonElement[] row = rows[slot];
            sessions.Set(
                slot,
                VectorTerms.Port(row[0], "sessions"),
                VectorTerms.Address<uint>(row[1], "sessions"),
                VectorTerms.Port(row[2], "sessions"),
                VectorTerms.Port(row[3], "sessions"));
        }

        return sessions;
    }

    private static (uint Address, int Length) Prefix(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && int.TryParse(parts[1], out int length) && length is >= 0 and <= 32
            ? (AddressText.Parse<uint>(parts[0]), length)
            : throw new VectorFormatException($"'{text}' is not a prefix");
    }
}
