using System.Reflection;
using System.Reflection.Emit;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Allocators;

/// <summary>
/// Nothing is virtual between two connections of a raced system: the compiled code of each system's loop is read, of the parts that it is
/// put together from, and of all methods of the program that these call.
/// </summary>
public class DirectCallTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>What a loop has as a type parameter. Calls through them are bound when the loop is compiled for its types.</summary>
    private static readonly Type[] Parts =
        [typeof(IScope), typeof(IPace), typeof(IPortStore), typeof(IRandom32), typeof(ITableView<>), typeof(IPortAllocator<,,>)];

    [Fact]
    public void No_loop_of_a_system_calls_anything_virtual()
    {
        Type[] types = typeof(SystemTable).Assembly.GetTypes();
        MethodBase[] loops =
        [
            .. types.Where(type => type.IsSubclassOf(typeof(SystemTable)))
                .SelectMany(type => type.GetMethods(Declared))
                .Where(method => method is { Name: nameof(SystemTable.Connect), IsGenericMethod: true }),
        ];
        MethodBase[] parts =
        [
            .. types.Where(type => type.IsValueType && type.Namespace != "NatAllocBench.Allocators.Proofs" && Implements(type))
                .SelectMany(Methods),
        ];

        Assert.Equal(3, loops.Length);
        Assert.True(parts.Length > 50, $"only {parts.Length} methods of parts were found");
        Assert.Empty(VirtualCalls([.. loops, .. parts]));
    }

    [Fact]
    public void Paces_of_a_worker_are_structs_that_the_loop_has_as_a_type_parameter()
    {
        Type[] paces = [.. typeof(SystemWorker).GetNestedTypes(BindingFlags.NonPublic).Where(Implements)];

        Assert.Equal(["BatchPace", "PoissonPace", "TickPace"], paces.Select(pace => pace.Name).Order());
        Assert.All(paces, pace => Assert.True(pace.IsValueType, pace.Name));
    }

    [Theory]
    [InlineData(nameof(Planted.ByInterface), "IPace.Begin")]
    [InlineData(nameof(Planted.ByDelegate), "Func`1.Invoke")]
    [InlineData(nameof(Planted.ByClass), "SystemTable.get_Count")]
    [InlineData(nameof(Planted.Hidden), "IPace.Begin")]
    public void A_virtual_call_is_found(string planted, string call) =>
        Assert.EndsWith(call, Assert.Single(VirtualCalls([typeof(Planted).GetMethod(planted, Declared)!])), StringComparison.Ordinal);

    [Fact]
    public void A_call_through_a_type_parameter_is_none() =>
        Assert.Empty(VirtualCalls([typeof(Planted).GetMethod(nameof(Planted.ByTypeParameter), Declared)!]));

    private static bool Implements(Type type) =>
        type.GetInterfaces().Any(contract => Parts.Contains(contract.IsGenericType ? contract.GetGenericTypeDefinition() : contract));

    private static IEnumerable<MethodBase> Methods(Type type) => type.GetMethods(Declared).Where(method => method.DeclaringType == type);

    private static List<string> VirtualCalls(IEnumerable<MethodBase> roots)
    {
        var found = new List<string>();
        var seen = new HashSet<MethodBase>();
        var open = new Stack<MethodBase>(roots);
        while (open.TryPop(out MethodBase? method))
        {
            if (!seen.Add(method))
            {
                continue;
            }

            bool isConstrained = false;
            foreach ((OpCode code, MemberInfo member) in MemberTokens.OperationsOf(method))
            {
                if (member is MethodBase callee && !isConstrained)
                {
                    if (code == OpCodes.Callvirt && IsDispatched(callee))
                    {
                        found.Add($"{method.DeclaringType!.Name}.{method.Name} calls {callee.DeclaringType!.Name}.{callee.Name}");
                    }
                    else if (callee.Module.Assembly.GetName().Name!.StartsWith("NatAllocBench.", StringComparison.Ordinal))
                    {
                        open.Push(callee.Module.ResolveMethod(callee.MetadataToken)!);
                    }
                }

                isConstrained = code == OpCodes.Constrained;
            }
        }

        return found;
    }

    // A delegate's Invoke is one too, though its class is sealed. The default comparer of a type is known to the compiler at run time,
    // which binds its calls: the compiled equality of a record struct has them.
    private static bool IsDispatched(MethodBase callee) => callee.IsVirtual
        && callee.DeclaringType is not { Name: "EqualityComparer`1" }
        && ((!callee.IsFinal && !callee.DeclaringType!.IsSealed) || callee.DeclaringType!.IsSubclassOf(typeof(Delegate)));

    private static class Planted
    {
        public static bool ByInterface(IPace pace) => pace.Begin(0);

        public static bool ByDelegate(Func<bool> begin) => begin();

        public static long ByClass(SystemTable table) => table.Count;

        public static bool Hidden(IPace pace) => ByInterface(pace);

        public static bool ByTypeParameter<TPace>(TPace pace)
            where TPace : struct, IPace => pace.Begin(0);
    }
}
