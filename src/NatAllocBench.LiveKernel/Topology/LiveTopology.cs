using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Three network namespaces: clients (c0) - (r0) router (r1) - (s0) server, joined by veth pairs. The veths are created inside them, so the
/// machine's own namespace never shows an interface, an address or a rule of ours.
/// </summary>
/// <remarks>
/// The router forwards, translates and tracks; the server drops whatever arrives before its own conntrack. Neighbours are static and IPv6
/// is off, so that no packet but the senders' is on the wires. Disposing deletes the namespaces and puts sysctls back; after a kill
/// <see cref="Leftovers.Remove"/> in the next run does it.
/// </remarks>
public sealed class LiveTopology : IDisposable
{
    private const string ClientMac = "02:00:00:00:00:01";
    private const string RouterInsideMac = "02:00:00:00:00:02";
    private const string RouterOutsideMac = "02:00:00:00:00:03";
    private const string ServerMac = "02:00:00:00:00:04";

    private static readonly string[] Ipv6Switches = ["net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.default.disable_ipv6"];

    private readonly StateDirectory _state;
    private readonly OwnerIdentity _owner;
    private RuleFrontEnd? _installed;
    private int _disposed;

    private LiveTopology(StateDirectory state)
    {
        _state = state;
        _owner = OwnerIdentity.OfThisProcess();
    }

    /// <summary>The name of this run; its namespaces add -c, -r and -s.</summary>
    public string Name => _owner.Name;

    /// <summary>The namespace the senders enter.</summary>
    public string ClientNamespace => Name + "-c";

    /// <summary>The namespace that translates.</summary>
    public string RouterNamespace => Name + "-r";

    /// <summary>The namespace that counts what was delivered and drops it.</summary>
    public string ServerNamespace => Name + "-s";

    /// <summary>Lines about things that could not be changed, for instance a sysctl.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>
    /// Removes leftovers of dead runs, then builds the topology. Whatever goes wrong, what was already built is removed again.
    /// </summary>
    /// <exception cref="LiveKernelUnavailableException">A requirement is missing; the message names it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while building.</exception>
    public static LiveTopology Create(LiveOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LiveOptions();
        LiveRequirements.Require();
        var state = new StateDirectory(options.StatePath);
        _ = Leftovers.Remove(state);
        var topology = new LiveTopology(state);
        try
        {
            topology.Build(options, cancellation);
        }
        catch (ToolFailedException exception)
        {
            topology.Dispose();

            // Ctrl-C in a terminal goes to the tools as well: one that was interrupted says nothing about the kernel.
            cancellation.ThrowIfCancellationRequested();
            throw new LiveKernelUnavailableException(Explain(exception), exception);
        }
        catch
        {
            topology.Dispose();
            throw;
        }

        return topology;
    }

    /// <summary>Replaces the router's NAT rules. Connections already tracked keep their translation: flush between cells.</summary>
    /// <exception cref="LiveKernelUnavailableException">The front end is missing or the kernel refuses the rule.</exception>
    public void Apply(NatRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        try
        {
            if (_installed == RuleFrontEnd.Iptables && rule.FrontEnd == RuleFrontEnd.Nftables)
            {
                _ = ToolRunner.RunInside(RouterNamespace, Tool.IptablesRestore, IptablesRuleset.Empty);
            }
            else if (_installed == RuleFrontEnd.Nftables && rule.FrontEnd == RuleFrontEnd.Iptables)
            {
                _ = ToolRunner.RunInside(RouterNamespace, Tool.Nft, "delete table ip nat\n", "-f", "-");
            }

            _ = rule.FrontEnd == RuleFrontEnd.Nftables
                ? ToolRunner.RunInside(RouterNamespace, Tool.Nft, NftRuleset.Router(rule), "-f", "-")
                : ToolRunner.RunInside(RouterNamespace, Tool.IptablesRestore, IptablesRuleset.Router(rule));
            _installed = rule.FrontEnd;
        }
        catch (ToolFailedException exception)
        {
            throw new LiveKernelUnavailableException(Explain(exception), exception);
        }
    }

    /// <summary>
    /// Deletes the namespaces and, when no other run is alive, puts sysctls back. Safe to call twice and after a failed build.
    /// </summary>
    public void Dispose()
    {
        // Full fence, pairs with itself: the process-exit handler may come from another thread, and only the first caller may go on.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (string name in Namespaces)
        {
            NetworkNamespace.Delete(name);
        }

        _ = _state.Locked(() =>
        {
            _state.RemoveOwner(_owner);
            return _state.Owners().All(owner => owner.IsDead()) ? new SysctlJournal(_state).Restore() : [];
        });
    }

    private IEnumerable<string> Namespaces => [ClientNamespace, RouterNamespace, ServerNamespace];

    private static IEnumerable<string> ClientAddresses =>
        Enumerable.Range(1, TopologyAddresses.ClientCount).Select(client => $"10.2.0.{client}");

    private void OnProcessExit(object? sender, EventArgs e) => Dispose();

    private void Build(LiveOptions options, CancellationToken cancellation)
    {
        _ = _state.Locked(() =>
        {
            _state.AddOwner(_owner);
            return true;
        });
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        foreach (string name in Namespaces)
        {
            cancellation.ThrowIfCancellationRequested();
            _ = ToolRunner.Run(Tool.Ip, "netns", "add", name);
            DisableIpv6(name);
        }

        AddLinks(cancellation);
        _ = ToolRunner.RunInside(ServerNamespace, Tool.Nft, NftRuleset.ServerDrop, "-f", "-");
        Apply(new NatRule());
        SetRouterSysctls();
        if (options.RaiseSysctls)
        {
            // After the rules, because they are what loads nf_conntrack where it is a module.
            Warnings = _state.Locked(() => new SysctlJournal(_state).RaiseTo(options.SysctlMinimums));
        }
    }

    private void AddLinks(CancellationToken cancellation)
    {
        string toClient = $"name r0 address {RouterInsideMac} netns {RouterNamespace}";
        string toServer = $"name r1 address {RouterOutsideMac} netns {RouterNamespace}";
        Batch(
            null,
            $"link add c0 address {ClientMac} netns {ClientNamespace} type veth peer {toClient}",
            $"link add s0 address {ServerMac} netns {ServerNamespace} type veth peer {toServer}");
        cancellation.ThrowIfCancellationRequested();
        Batch(
            ClientNamespace,
            [
                "addr add 10.255.255.2/8 dev c0",
                .. ClientAddresses.Select(address => $"addr add {address}/32 dev c0"),
                "link set c0 up",
                $"neigh replace 10.255.255.1 lladdr {RouterInsideMac} dev c0 nud permanent",
                "route add default via 10.255.255.1",
            ]);
        Batch(
            RouterNamespace,
            [
                "addr add 10.255.255.1/8 dev r0",
                "addr add 192.0.2.1/24 dev r1",
                "link set r0 up",
                "link set r1 up",
                $"neigh replace 10.255.255.2 lladdr {ClientMac} dev r0 nud permanent",
                .. ClientAddresses.Select(address => $"neigh replace {address} lladdr {ClientMac} dev r0 nud permanent"),
                $"neigh replace 192.0.2.97 lladdr {ServerMac} dev r1 nud permanent",
                $"neigh replace 192.0.2.98 lladdr {ServerMac} dev r1 nud permanent",
                $"neigh replace 192.0.2.99 lladdr {ServerMac} dev r1 nud permanent",
                "route add 198.18.0.0/15 via 192.0.2.99",
            ]);
        Batch(
            ServerNamespace,
            "addr add 192.0.2.99/24 dev s0",
            "link set s0 up",
            $"neigh replace 192.0.2.1 lladdr {RouterOutsideMac} dev s0 nud permanent",
            "route add default via 192.0.2.1");
        cancellation.ThrowIfCancellationRequested();
    }

    private static void DisableIpv6(string name) => NetworkNamespace.Run(name, () =>
    {
        foreach (string key in Ipv6Switches)
        {
            string path = SysctlJournal.PathOf(key);
            if (File.Exists(path))
            {
                File.WriteAllText(path, "1");
            }
        }

        return true;
    });

    private void SetRouterSysctls() => NetworkNamespace.Run(RouterNamespace, () =>
    {
        (string Key, string Value)[] settings =
        [
            ("net.ipv4.ip_forward", "1"),
            ("net.ipv4.conf.all.rp_filter", "0"),
            ("net.ipv4.conf.r0.rp_filter", "0"),
            ("net.ipv4.conf.r1.rp_filter", "0"),

            // No connection may expire while a cell runs.
            ("net.netfilter.nf_conntrack_tcp_timeout_syn_sent", "600"),
            ("net.netfilter.nf_conntrack_udp_timeout", "600"),
        ];
        foreach ((string key, string value) in settings)
        {
            File.WriteAllText(SysctlJournal.PathOf(key), value);
        }

        return true;
    });

    private static void Batch(string? networkNamespace, params string[] lines)
    {
        string input = string.Join('\n', lines) + "\n";
        _ = networkNamespace is null
            ? ToolRunner.RunWithInput(Tool.Ip, input, "-batch", "-")
            : ToolRunner.RunWithInput(Tool.Ip, input, "-n", networkNamespace, "-batch", "-");
    }

    private static string Explain(ToolFailedException exception) =>
        $"the set-up was refused ({exception.Message}); "
        + $"the kernel needs {string.Join(", ", KernelConfig.Needed)}, built in or as loadable modules.";
}
