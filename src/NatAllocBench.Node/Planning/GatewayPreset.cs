namespace NatAllocBench.Node.Planning;

/// <summary>Limits that the maker of a gateway publishes.</summary>
/// <param name="Name">Name in options.</param>
/// <param name="Ports">Ports of an address, or of a machine behind the gateway.</param>
/// <param name="PerDestination">Simultaneous connections of one address to one destination, if published.</param>
/// <param name="MaxAddresses">The most addresses, if published.</param>
/// <param name="Unit">What the ports belong to.</param>
/// <param name="Source">Where it is published.</param>
public sealed record GatewayPreset(string Name, int Ports, int? PerDestination, int? MaxAddresses, string Unit, string Source)
{
    /// <summary>All presets. How such a gateway searches is not published: plan with its limits, not with its losses.</summary>
    public static IReadOnlyList<GatewayPreset> All { get; } =
    [
        new("aws-nat-gateway", 64_512, 55_000, 8, "address",
            "AWS knowledge centre, \"How do I troubleshoot connectivity issues when I use NAT gateway\": ports 1024-65535, 55,000 "
                + "simultaneous "
                + "connections to each destination, up to eight addresses"),
        new("azure-nat-gateway", 64_512, 50_000, 16, "address",
            "Azure documentation, NAT gateway resource: 64,512 ports and up to 50,000 concurrent connections to the same destination for "
                + "each address; "
                + "PSRule for Azure, Azure.VNET.FirewallSubnetNAT: up to 16 addresses"),
        new("azure-firewall", 2_496, null, 250, "address and instance",
            "PSRule for Azure, Azure.VNET.FirewallSubnetNAT: 2,496 ports for each address, up to 250 addresses"),
        new("azure-load-balancer-50", 1_024, null, null, "machine",
            "Azure documentation, load-balancer-outbound-connections: 1,024 ports for each machine of a pool of 1 to 50"),
        new("azure-load-balancer-1000", 32, null, null, "machine",
            "Azure documentation, load-balancer-outbound-connections: 32 ports for each machine of a pool of 801 to 1,000"),
        new("gcp-static-default", 64, null, null, "machine",
            "Google Cloud documentation, Cloud NAT ports and addresses: 64 ports for each machine by default with static port allocation"),
        new("gcp-dynamic-minimum", 32, null, null, "machine",
            "Google Cloud Compute API, RouterNat.minPortsPerVm: 32 ports for each machine at least with dynamic port allocation"),
        new("map-e-240", 240, null, null, "home",
            "RFC 7597, section 5.1, with 4 offset bits and a PSID of 8 bits: 15 sets of 16 ports for each home"),
    ];

    /// <summary>The preset with a name.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <exception cref="NodeInputException">There is none; the message lists the names.</exception>
    public static GatewayPreset Get(string name) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new NodeInputException($"--preset {name}: choose one of {string.Join(", ", All.Select(preset => preset.Name))}");
}
