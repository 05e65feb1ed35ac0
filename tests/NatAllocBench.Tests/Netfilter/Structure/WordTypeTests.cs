using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Tests.Netfilter.Structure;

/// <summary>Slots, links and raw hashes are words of different types, so that a call with two of them swapped does not compile.</summary>
public sealed partial class WordTypeTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The floor of the measurements has chains of its own, of bare numbers.</summary>
    private static readonly Type Floor = typeof(ConnectionFloor);

    public static TheoryData<Type> Words => [typeof(Slot), typeof(Link), typeof(TupleHash), typeof(SourceHash)];

    [Fact]
    public void Nothing_of_the_model_has_such_a_word_as_a_bare_number() =>
        Assert.DoesNotContain(BareNumbers(), place => !place.StartsWith(Floor.Name, StringComparison.Ordinal));

    [Fact]
    public void The_search_finds_bare_numbers_where_they_are_allowed() => Assert.Contains($"{Floor.Name}.Push(link)", BareNumbers());

    [Theory]
    [MemberData(nameof(Words))]
    public void A_word_is_one_number_and_becomes_nothing_else_by_itself(Type word)
    {
        Assert.Equal([typeof(uint)], word.GetFields(Declared).Where(field => !field.IsStatic).Select(field => field.FieldType));
        Assert.DoesNotContain(word.GetMethods(Declared), method => method.Name is "op_Implicit");
        Assert.Equal(sizeof(uint), RuntimeHelpers.SizeOf(word.TypeHandle));
    }

    /// <summary>Parameters, fields and properties that have the name of a word and the type of a number.</summary>
    private static IEnumerable<string> BareNumbers()
    {
        foreach (Type type in typeof(Slot).Assembly.GetTypes())
        {
            IEnumerable<(string Name, string? Word, Type Kind)> members =
            [
                .. type.GetFields(Declared).Select(field => (field.Name, (string?)field.Name, field.FieldType)),
                .. type.GetProperties(Declared).Select(property => (property.Name, (string?)property.Name, property.PropertyType)),
                .. type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)).SelectMany(
                    method => method.GetParameters().Select(taken => ($"{method.Name}({taken.Name})", taken.Name, taken.ParameterType))),
            ];
            foreach ((string name, string? word, Type kind) in members)
            {
                if ((kind.HasElementType ? kind.GetElementType() : kind) == typeof(uint) && WordName().IsMatch(word ?? ""))
                {
                    yield return $"{type.Name.Split('`')[0]}.{name}";
                }
            }
        }
    }

    [GeneratedRegex("(slot|link|node|hash)$", RegexOptions.IgnoreCase)]
    private static partial Regex WordName();
}
