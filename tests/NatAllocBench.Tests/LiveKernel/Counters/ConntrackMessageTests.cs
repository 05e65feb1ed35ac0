using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Counters;

public sealed class ConntrackMessageTests
{
    // Attributes as ctnetlink nests them on a little-endian machine (0x80 marks nesting):
    // 10.64.0.1:20000 -> 198.18.0.5:80, translated to 192.0.2.1:30007.
    private static readonly byte[] Entry = Convert.FromHexString(
        "34000180" + "14000180" + "080001000A400001" + "08000200C6120005"
        + "1C000280" + "0500010006000000" + "060002004E200000" + "0600030000500000"
        + "34000280" + "14000180" + "08000100C6120005" + "08000200C0000201"
        + "1C000280" + "0500010006000000" + "0600020000500000" + "0600030075370000"
        + "0800030000000008");

    [Fact]
    public void An_entry_gives_both_tuples_and_the_mapped_port()
    {
        TrackedConnection connection = ConntrackMessage.ReadEntry(Entry)!.Value;
        Assert.Equal(new FlowTuple(0x0A400001, 0xC6120005, 20000, 80), connection.Original);
        Assert.Equal(new FlowTuple(0xC6120005, 0xC0000201, 80, 30007), connection.Reply);
        Assert.Equal(30007, connection.MappedPort);
    }

    [Fact]
    public void An_entry_that_is_cut_off_anywhere_is_not_read_past_its_end()
    {
        for (int length = 0; length < 52; length++)
        {
            Assert.Null(ConntrackMessage.ReadEntry(Entry.AsSpan(0, length)));
        }
    }
}
